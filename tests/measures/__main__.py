"""Runs one measure and prints its figures as one line of JSON."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.measures import (
    addresses,
    areas,
    chitchat,
    classify,
    due,
    emergencies,
    merge,
    names,
    positions,
    queues,
    replay,
    spam,
)


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
    words = measures.add_parser("classify", help="complaints by the field that the words of the rulebook lead to")
    words.add_argument("files", nargs="*", type=Path, help="files of the same shape, plain or packed, scored whole")
    words.add_argument("--rules-only", action="store_true", help="the words alone, without what is learned from rows")
    words.add_argument("--chars", type=int, default=None, help="only the first so many characters of each text")
    for name, what in (
        ("queues", "Boston's queues from learned rules"),
        ("due", "Boston's due times from learned limits"),
    ):
        boston = measures.add_parser(name, help=what)
        boston.add_argument("files", nargs="*", type=Path, help="files of the same shape, plain or packed")
    for name, what in (
        ("names", "communities of alike names: the right place or a question"),
        ("areas", "Boston's points to precinct and ward by outline"),
        ("addresses", "Boston's addresses to their ward, learned from half of them"),
    ):
        places = measures.add_parser(name, help=what)
        places.add_argument("files", nargs="*", type=Path, help="files of the same shape, plain or packed")
    merging = measures.add_parser("merge", help="which messages of a stream are about one matter, by wording alone")
    merging.add_argument("files", nargs="*", type=Path, help="a stream and its clusters, plain or packed")
    for name, what in (
        ("chitchat", "private texts and complaints: which are taken for a matter"),
        ("spam", "spam caught, private texts blocked"),
        ("emergencies", "danger in our own sentences and among complaints"),
    ):
        talk = measures.add_parser(name, help=what)
        talk.add_argument("files", nargs="*", type=Path, help="files of the same shape, plain or packed")
    chosen = parser.parse_args()
    if chosen.measure == "replay":
        figures, code = replay.measure(chosen.texts)
    elif chosen.measure == "classify":
        figures, code = classify.measure(chosen.files, rules_only=chosen.rules_only, chars=chosen.chars)
    elif chosen.measure in ("chitchat", "spam", "emergencies"):
        figures, code = {"chitchat": chitchat, "spam": spam, "emergencies": emergencies}[chosen.measure].measure(
            chosen.files
        )
    elif chosen.measure in ("queues", "due"):
        figures, code = (queues if chosen.measure == "queues" else due).measure(chosen.files)
    elif chosen.measure in ("names", "areas", "addresses"):
        figures = {"names": names, "areas": areas, "addresses": addresses}[chosen.measure].measure(chosen.files)
        code = 0 if figures["good"] else 1
    elif chosen.measure == "merge":
        figures, code = merge.measure(chosen.files)
    else:
        figures, code = positions.measure(
            chosen.database, chosen.seconds, rounds=chosen.rounds, texts_a_round=chosen.texts
        )
    print(json.dumps(figures, ensure_ascii=False))
    return code


if __name__ == "__main__":
    sys.exit(main())
