"""Runs one measure and prints its figures as one line of JSON."""

from __future__ import annotations

import argparse
import json
import sys

from tests.measures import positions, replay


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.measures", description=__doc__)
    measures = parser.add_subparsers(dest="measure", required=True)
    complaints = measures.add_parser("replay", help="the labelled complaints through the whole gateway, one a minute")
    complaints.add_argument("--texts", type=int, default=None, help="only the first so many")
    gridmen = measures.add_parser("positions", help="texts beside the live positions of a thousand gridmen")
    gridmen.add_argument("--database", default=None, metavar="URL", help="an empty database; a new SQLite file if none")
    gridmen.add_argument("--seconds", type=float, default=10, help="how long texts are offered at an even pace")
    gridmen.add_argument("--rounds", type=int, default=8, help="rounds without and as many with positions")
    gridmen.add_argument("--texts", type=int, default=300, help="texts of a round")
    chosen = parser.parse_args()
    if chosen.measure == "replay":
        figures, code = replay.measure(chosen.texts)
    else:
        figures, code = positions.measure(
            chosen.database, chosen.seconds, rounds=chosen.rounds, texts_a_round=chosen.texts
        )
    print(json.dumps(figures, ensure_ascii=False))
    return code


if __name__ == "__main__":
    sys.exit(main())
