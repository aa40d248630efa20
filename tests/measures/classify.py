"""How well the words of the rulebooks tell what a complaint is about.

In Chinese the field of the labelled complaints: subject lines, the first 70 characters (one SMS) and the full texts.
The words were written from the rows whose ``dup_cluster`` is even in its last hex digit, and are scored on the odd
ones: subject lines open full texts, so both sets follow that one split. In English the department and area of the
reports that a city has filed, by the same rule on ``id``. A named file is scored whole.
"""

from __future__ import annotations

import gzip
import json
import os
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.books import read_book
from routing_rules.classification import Classifier
from routing_rules.rulebook import RuleBook
from tests.measures import fallback

ROOT = Path(__file__).resolve().parents[2]
#: What fits one SMS.
ONE_SMS = 70
#: Longer than any subject line, shorter than nearly all texts: tells what a named file holds.
_SUBJECT = 60
#: At least this macro-F1 by the words alone.
FLOORS = {"subjects": 0.74, "full": 0.80}
SETS = {
    "subjects": "tipdm_c2020/tipdm_c2020_topic_open.jsonl",
    "full": "tipdm_c2020/tipdm_c2020_open.jsonl.gz",
    "filed": "seeclickfix_atlanta/atl_scf_open.jsonl",
}
#: Answered where the book knows no word of a text; counts as wrong.
SILENT = "(silent)"
#: The areas of that city's own departments, as the categories of our second book have them. What has fewer than ten
#: reports is left out of the mean.
AREAS = {
    "Street Operations": ("pothole", "road_surface", "sidewalk", "graffiti"),
    "Signs and Markings": (
        "streetlight", "electric_box", "street_sign", "road_marking", "traffic_signal", "traffic_safety",
    ),
    "SWS ROW Maintenance": (
        "trash", "dumping", "overgrowth", "trees", "missed_pickup", "street_cleaning", "dumpster",
    ),
    "Linear Infrastructure": ("water", "sewer", "manhole", "collapse"),
    "Customer Service": ("water_meter",),
}  # fmt: skip
_AREA_OF = {category: area for area, categories in AREAS.items() for category in categories}
#: Roads, signs and litter; water.
_DEPARTMENT_OF = dict.fromkeys(AREAS, "DPW") | {"Linear Infrastructure": "DWM", "Customer Service": "DWM"}


def data_folder() -> Path:
    return Path(os.environ.get("GRIDGATE_TEST_DATA", ROOT.parent / "shared" / "data"))


def read_rows(file: Path) -> list[dict[str, Any]]:
    """The rows of a file of JSON lines, plain or packed; only "\\n" ends a line."""
    raw = file.read_bytes()
    text = (gzip.decompress(raw) if file.suffix == ".gz" else raw).decode("utf-8")
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def is_odd(row: Mapping[str, Any]) -> bool:
    """Whether the row is for scoring: nobody read it when the words were written."""
    return int(str(row.get("dup_cluster") or row["id"])[-1], 16) % 2 == 1


@dataclass(frozen=True, slots=True)
class Scores:
    """How answers agree with labels."""

    macro_f1: float
    by_label: Mapping[str, float]
    #: Pairs of label and answer to their number, without the right ones.
    wrong: Counter[tuple[str, str]]


def scores_of(pairs: Iterable[tuple[str, str]]) -> Scores:
    """Scores of (label, answer) pairs; the mean is over the labels that occur."""
    counts = Counter(pairs)
    by_label = {}
    for label in sorted({label for label, _ in counts}):
        right = counts[label, label]
        said = sum(count for (_, answer), count in counts.items() if answer == label)
        true = sum(count for (known, _), count in counts.items() if known == label)
        by_label[label] = 2 * right / (said + true)
    wrong = Counter({pair: count for pair, count in counts.items() if pair[0] != pair[1]})
    return Scores(sum(by_label.values()) / max(1, len(by_label)), by_label, wrong)


def measure(
    files: Sequence[Path] = (), *, rules_only: bool = False, chars: int | None = None
) -> tuple[dict[str, Any], int]:
    """The figures, and 0 when the floors are met. ``chars`` cuts every text.

    Unless ``rules_only``, the labelled rows are read once more with a model to help where the words say little.
    """
    if files:
        sets = {file.name: read_rows(file) for file in files}
    else:
        folder = data_folder()
        missing = [name for name in SETS.values() if not (folder / name).is_file()]
        if missing:
            return {"measure": "classify", "skipped": f"{', '.join(missing)} not in the data folder"}, 0
        sets = {name: [row for row in read_rows(folder / file) if is_odd(row)] for name, file in SETS.items()}
        sets["sms"] = [{**row, "text": row["text"][:ONE_SMS]} for row in sets["full"]]
    chinese, english = read_book("dinghai"), read_book("harbour")
    figures: dict[str, Any] = {"measure": "classify", "books": {each.code: each.version for each in (chinese, english)}}
    good = True
    for name, rows in sets.items():
        cut = [{**row, "text": row["text"][:chars]} for row in rows]
        if "department" in (rows[0] if rows else {}):
            figures[name] = _filed(english, cut)
            continue
        figures[name] = _fields(chinese, cut)
        if chars is None and name != "sms":
            good = good and figures[name]["macro_f1"] >= FLOORS[name if name in FLOORS else _kind(rows)]
    if not rules_only:
        figures["with_fallback"], met = _with_fallback(chinese, sets if files else None, chars)
        good = good and met
    return figures, 0 if good else 1


def _with_fallback(
    book: RuleBook, named: Mapping[str, Sequence[Mapping[str, Any]]] | None, chars: int | None
) -> tuple[dict[str, Any], bool]:
    """A model learns from the labelled rows: in folds, or from all of them for the files that were named."""
    folder = data_folder()
    if not all((folder / SETS[name]).is_file() for name in FLOORS):
        return {"skipped": "the labelled complaints to learn from are not in the data folder"}, True
    subjects, full = (read_rows(folder / SETS[name]) for name in FLOORS)
    if named is None:
        return fallback.scores(subjects, full, book)
    held_out = {
        name: [{**row, "text": row["text"][:chars]} for row in rows]
        for name, rows in named.items()
        if rows and "label" in rows[0]
    }
    return fallback.scores(subjects, full, book, held_out=held_out)


def _fields(book: RuleBook, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    classifier = Classifier(book)
    began = time.perf_counter()
    answers = [book.field_of(classifier.classify(row["text"]).category) or SILENT for row in rows]
    took = time.perf_counter() - began
    scores = scores_of(zip([row["label"] for row in rows], answers, strict=True))
    return {
        "rows": len(rows),
        "macro_f1": round(scores.macro_f1, 4),
        "silent": answers.count(SILENT),
        "by_label": {label: round(f1, 3) for label, f1 in scores.by_label.items()},
        "wrong": [[*pair, count] for pair, count in scores.wrong.most_common(12)],
        "ms_per_text": round(1000 * took / max(1, len(rows)), 3),
    }


def _filed(book: RuleBook, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    classifier = Classifier(book)
    filed = [row for row in rows if row["area"] in AREAS]
    areas = [_AREA_OF.get(classifier.classify(row["text"]).category or "", SILENT) for row in filed]
    departments = scores_of(
        (row["department"], _DEPARTMENT_OF.get(area, SILENT)) for row, area in zip(filed, areas, strict=True)
    )
    by_area = scores_of(zip([row["area"] for row in filed], areas, strict=True))
    return {
        "rows": len(filed),
        "department_macro_f1": round(departments.macro_f1, 4),
        "area_macro_f1": round(by_area.macro_f1, 4),
        "by_area": {area: round(f1, 3) for area, f1 in by_area.by_label.items()},
        "wrong": [[*pair, count] for pair, count in by_area.wrong.most_common(8)],
    }


def _kind(rows: Sequence[Mapping[str, Any]]) -> str:
    """What a named file holds, by the length of its texts."""
    lengths = sorted(len(row["text"]) for row in rows)
    return "subjects" if not lengths or lengths[len(lengths) // 2] <= _SUBJECT else "full"


__all__ = ["Scores", "data_folder", "is_odd", "measure", "read_rows", "scores_of"]
