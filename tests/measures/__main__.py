"""Runs one measure and prints its figures as one line of JSON."""

from __future__ import annotations

import argparse
import json
import sys

from tests.measures.replay import measure


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.measures", description=__doc__)
    measures = parser.add_subparsers(dest="measure", required=True)
    replay = measures.add_parser("replay", help="the labelled complaints through the whole gateway, one a minute")
    replay.add_argument("--texts", type=int, default=None, help="only the first so many")
    chosen = parser.parse_args()
    figures, code = measure(chosen.texts)
    print(json.dumps(figures, ensure_ascii=False))
    return code


if __name__ == "__main__":
    sys.exit(main())
