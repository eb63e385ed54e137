"""`python -m synthesis.bench NAME [--json]`: see the modules of this package for what each measures."""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path

from synthesis.errors import SynthesisError

LONGEST_LINE = 1000  # what is longer stands in the JSON alone
BENCHES = ("grounding", "speech", "language", "judging", "parity", "roundtrip", "takes", "names", "script")


def main(arguments: list[str] | None = None) -> int:
    options = vars(_parser().parse_args(arguments))
    bench, is_json = options.pop("bench"), options.pop("json")
    try:
        figures = import_module(f"synthesis.bench.{bench}").measure(**options)
    except SynthesisError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if not is_json:
        for name, figure in figures.items():
            if len(line := f"{name:>18}  {figure}\n") <= LONGEST_LINE:
                sys.stdout.write(line)
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m synthesis.bench", description=__doc__)
    benches = parser.add_subparsers(dest="bench", required=True)
    of = {name: benches.add_parser(name) for name in BENCHES}
    for bench in of.values():
        bench.add_argument("--json", action="store_true", help="one JSON document alone")
    of["speech"].add_argument("--minutes", type=float, default=10.0, help="of the episode (10)")
    of["language"].add_argument("--stories", type=int, default=10, help="written at once and one by one (10)")
    of["roundtrip"].add_argument("--sentences", type=int, default=100, help="the first so many of 100 (100)")
    of["takes"].add_argument("--episodes", type=int, default=20, help="the first so many of 20 (20)")
    of["grounding"].add_argument(
        "--set", dest="rows", type=Path, help="a set in JSON lines, in place of the project's own"
    )
    of["grounding"].add_argument("--cliff", type=Path, help="a folder with CLIFF_error_types.csv, measured beside them")
    of["script"].add_argument("--stories", type=Path, help="a JSON file of a story or a list of them, or a folder")
    of["script"].add_argument("--minutes", type=float, default=5.0, help="of each edition (5)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
