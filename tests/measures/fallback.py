"""How well words and a trained model together tell which field a complaint belongs to.

By default in grouped folds: near-duplicates (``dup_cluster``), and a subject line with the text that it opens, are held
back together, and each model learns from the other rows of both open sets. What a model is asked about is read by it
and by the words of the rulebook as in service. The words were written from even rows, so the odd rows are told apart.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gateway.learning import Row, folds_of, groups_of, macro_f1, train
from routing_rules.classification import Classifier
from routing_rules.learned import Learned
from routing_rules.rulebook import RuleBook
from routing_rules.voting import HEAD, SURE, Voting

#: At least this macro-F1 on subject lines, on what fits one SMS and on whole texts, and what one can hope for.
FLOORS = {"subjects": 0.82, "sms": 0.86, "full": 0.89}
STRETCH = {"subjects": 0.86, "sms": 0.89, "full": 0.92}

#: Longer than nearly any subject line.
_SUBJECT = 60

_Rows = Sequence[Mapping[str, Any]]


def scores(
    subjects: _Rows, full: _Rows, book: RuleBook, *, held_out: Mapping[str, _Rows] | None = None
) -> tuple[dict[str, Any], bool]:
    """Figures by set, and whether every floor is met.

    ``subjects`` and ``full`` are all labelled rows that may be learned from; they are scored themselves unless
    ``held_out`` (name of a set to its rows) is given. Rows that were learned from, or are near-duplicates of such, are
    scored in folds by models that did not see them; rows that are new are scored by one model that saw all others.
    """
    rows = [*subjects, *full]
    sets = dict(held_out) if held_out is not None else {"subjects": subjects, "full": full, "sms": _cut(full)}
    asked = [row for each in sets.values() for row in each]
    every = [*rows, *asked]
    groups = groups_of(
        [row["text"] for row in every], [row.get("dup_cluster") or f"row {at}" for at, row in enumerate(every)]
    )
    learned, scored = groups[: len(rows)], groups[len(rows) :]
    seen = bool(np.isin(scored, learned).any())
    folds = folds_of(groups) if seen else np.zeros(len(groups), dtype=np.int64)
    readings: list[Any] = [None] * len(asked)
    for part in np.unique(folds[len(rows) :]):
        kept = np.nonzero((folds[: len(rows)] != part) | (not seen))[0]
        voting = Voting(_model([rows[int(at)] for at in kept], learned[kept]), book, Classifier(book))
        at = np.nonzero(folds[len(rows) :] == part)[0]
        for place, reading in zip(at, _read(voting, [asked[int(one)] for one in at]), strict=True):
            readings[int(place)] = reading
    figures: dict[str, Any] = {}
    begin = 0
    for name, each in sets.items():
        figures[name] = _figures(each, readings[begin : begin + len(each)]) | {
            "learned_from": "folds" if seen else "others"
        }
        begin += len(each)
    return figures, all(figures[name]["macro_f1"] >= FLOORS[_kind(each)] for name, each in sets.items())


def _cut(rows: _Rows) -> _Rows:
    return [{**row, "text": row["text"][:HEAD]} for row in rows]


def _kind(rows: _Rows) -> str:
    """Which floor holds for a set, by the length of its texts."""
    lengths = sorted(len(row["text"]) for row in rows)
    middle = lengths[len(lengths) // 2] if lengths else 0
    return "subjects" if middle <= _SUBJECT else "sms" if middle <= HEAD else "full"


def _model(rows: _Rows, groups: Any) -> Learned:
    return train([Row(row["text"], row["label"]) for row in rows], groups)


def _read(voting: Voting, rows: _Rows) -> list[dict[str, Any]]:
    """What was answered to each text, whether the model was asked, and how long it took."""
    found = []
    for row in rows:
        matter = voting.classifier.classify(row["text"])
        began = time.perf_counter()
        vote = voting.vote(row["text"], matter)
        took = time.perf_counter() - began
        counted = voting.model.margins(voting.model.count(row["text"]))
        found.append(
            {
                "said": vote.guesses[0].label if vote else voting.book.field_of(matter.category),
                "model": voting.model.labels[int(counted.argmax())],
                "asked": vote is not None,
                "chance": vote.confidence if vote else None,
                "desk": vote is not None and vote.category is None,
                "took": took if vote else None,
            }
        )
    return found


def _figures(rows: _Rows, readings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    labels = sorted({row["label"] for row in rows})
    number = {label: at for at, label in enumerate(labels)}
    truth = np.array([number[row["label"]] for row in rows])
    said = np.array([number.get(each["said"] or "", -1) for each in readings])
    model = np.array([number.get(each["model"], -1) for each in readings])
    odd = np.array([int(row.get("dup_cluster", "1")[-1], 16) % 2 == 1 for row in rows])
    asked = np.array([each["asked"] for each in readings])
    sure = np.array([bool(each["asked"]) and each["chance"] >= SURE for each in readings])
    unsure = asked & ~sure
    took = sorted(each["took"] for each in readings if each["took"] is not None)
    wrong: dict[tuple[str, str], int] = {}
    for row, each in zip(rows, readings, strict=True):
        if each["said"] != row["label"]:
            pair = (row["label"], str(each["said"]))
            wrong[pair] = wrong.get(pair, 0) + 1
    right = said == truth
    return {
        "rows": len(rows),
        "macro_f1": round(macro_f1(truth, said), 4),
        "macro_f1_odd": round(macro_f1(truth[odd], said[odd]), 4),
        "macro_f1_model_alone": round(macro_f1(truth, model), 4),
        "asked": round(float(asked.mean()), 3),
        "unsure": round(float(unsure.mean()), 3),
        "right_when_words_decide": _share(right[~asked]),
        "right_when_sure": _share(right[sure]),
        "right_when_unsure": _share(right[unsure]),
        "to_desk": round(float(np.mean([each["desk"] for each in readings])), 3),
        "wrong": [[*pair, count] for pair, count in sorted(wrong.items(), key=lambda each: -each[1])[:10]],
        "ms_p50": round(1000 * took[len(took) // 2], 3) if took else None,
        "ms_p99": round(1000 * took[len(took) * 99 // 100], 3) if took else None,
    }


def _share(right: Any) -> float | None:
    return round(float(right.mean()), 3) if len(right) else None


__all__ = ["FLOORS", "STRETCH", "scores"]
