"""`python -m synthesis.bench NAME [--json]`: see the modules of this package for what each measures."""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module

from synthesis.errors import SynthesisError

BENCHES = ("speech", "language")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m synthesis.bench", description=__doc__)
    parser.add_argument("bench", choices=BENCHES)
    parser.add_argument("--json", action="store_true", help="one JSON document alone")
    options = parser.parse_args(arguments)
    try:
        figures = import_module(f"synthesis.bench.{options.bench}").measure()
    except SynthesisError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if not options.json:
        for name, figure in figures.items():
            sys.stdout.write(f"{name:>18}  {figure}\n")
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
