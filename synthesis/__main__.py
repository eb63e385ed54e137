"""`python -m synthesis write | check | speak`: the writer and the studio without the web application."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from synthesis.dialogue import cli as dialogue_cli
from synthesis.errors import SynthesisError
from synthesis.speech import cli as speech_cli


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. What it can answer for goes to stderr in a line, with exit status 1; a wrong option has 2."""
    parser = argparse.ArgumentParser(prog="python -m synthesis", description=__doc__)
    subparsers = parser.add_subparsers(required=True, metavar="command")
    dialogue_cli.add_parsers(subparsers)
    speech_cli.add_parsers(subparsers)
    chosen = parser.parse_args(arguments)
    try:
        return int(chosen.run(chosen) or 0)
    except (SynthesisError, OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
