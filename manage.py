#!/usr/bin/env python
"""The command line of the newsroom."""

import os
import sys


def main() -> None:
    """Run the command. What its operator can mend is told in a sentence; `--traceback` shows the rest."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "briefings.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        _end(f"A setting is wrong: {error}")
    except (OperationalError, ProgrammingError) as error:  # not reached, not migrated, locked, no room
        _end(f"The database can't be used ({str(error).strip()}). What to do: python manage.py doctor")


def _end(message: str) -> None:
    if "--traceback" in sys.argv:
        raise
    sys.exit(message)


if __name__ == "__main__":
    main()
