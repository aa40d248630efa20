"""How well wording alone tells which messages are about one matter, in the order in which they came.

The stream of messages with the clusters on which several teams agree (the seventh is loose and left out). Each message
is compared with what is open by then: a suggestion counts as a join. Places are anonymous (A3区), so nothing is known
but what a text names itself.

Two precisions, since nobody has labelled the rest of the stream: ``precision`` is over pairs of labelled messages;
``precision_strict`` takes every message without a label for another matter, which not all of them are. Thresholds and
words were read off clusters 0, 2 and 4. The cost is that of one text against ten thousand open cases.
"""

from __future__ import annotations

import gc
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gateway.books import read_book
from routing_rules.classification import Classifier
from routing_rules.likeness import LIKE_DAYS, REACH, LikenessIndex, Wording, read_wording
from routing_rules.normalise import normalise
from tests.measures.classify import data_folder, read_rows

STREAM, CLUSTERS = "tipdm_c2020/tipdm_c2020_attach3_all.jsonl.gz", "tipdm_c2020/tipdm_c2020_hot_consensus.jsonl"
MORE = ("tipdm_c2020/tipdm_c2020_open.jsonl.gz", "tipdm_c2020/tipdm_c2020_replies_open.jsonl.gz")
#: The seventh cluster is loose.
SCORED = frozenset(range(6))
LEAST_PRECISION, LEAST_RECALL = 0.95, 0.70
OPEN_CASES = 10_000
#: Areas as the anonymous stream writes them; a real city's gazetteer knows its own.
_AREAS = re.compile(r"西地省|[A-Za-z]\d{0,2}[市县区]")
#: A text that belongs to nobody's case yet.
_TIMED = 1000


def measure(files: Sequence[Path] = ()) -> tuple[dict[str, Any], int]:
    """The figures, and 0 when the floors are met. ``files`` are a stream and its clusters, in that order."""
    stream, clusters = files if len(files) == 2 else (data_folder() / STREAM, data_folder() / CLUSTERS)
    rows = sorted(read_rows(stream), key=lambda row: (_moment(row), row["message_no"]))
    labels = {row["message_no"]: row["cluster"] for row in read_rows(clusters) if row["cluster"] in SCORED}
    texts = [_text(row) for row in rows]
    classify = Classifier(read_book("dinghai")).classify
    categories = [classify(text).category for text in texts]
    groups = _play(rows, texts, categories)
    figures: dict[str, Any] = {"measure": "merge", "messages": len(rows), "labelled": len(labels)}
    for name, chosen in (("", SCORED), ("read_", {0, 2, 4}), ("unread_", {1, 3, 5})):
        scores = pairwise(groups, {number: label for number, label in labels.items() if label in chosen})
        figures.update({f"{name}{key}": value for key, value in scores.items()})
    figures["recall_by_cluster"] = {
        cluster: pairwise(groups, {n: c for n, c in labels.items() if c == cluster})["recall"]
        for cluster in sorted(SCORED)
    }
    figures["joined"] = len(rows) - len(set(groups.values()))
    figures.update(_cost(texts, categories))
    good = figures["precision"] >= LEAST_PRECISION and figures["recall"] >= LEAST_RECALL
    return figures, 0 if good else 1


def pairwise(groups: Mapping[str, int], labels: Mapping[str, int]) -> dict[str, float]:
    """Precision and recall of pairs that are in one group, as far as a labelled message is in them."""
    members: dict[int, list[str]] = defaultdict(list)
    for number, group in groups.items():
        members[group].append(number)
    right = wrong = unlabelled = 0
    for numbers in members.values():
        counts = Counter(labels[number] for number in numbers if number in labels)
        known = sum(counts.values())
        same = sum(_pairs(count) for count in counts.values())
        right += same
        wrong += _pairs(known) - same
        unlabelled += known * (len(numbers) - known)
    true = sum(_pairs(count) for count in Counter(labels.values()).values())
    return {
        "precision": _share(right, right + wrong),
        "precision_strict": _share(right, right + wrong + unlabelled),
        "recall": _share(right, true),
    }


def _play(rows: Sequence[Mapping[str, Any]], texts: Sequence[str], categories: Sequence[str | None]) -> dict[str, int]:
    """Message number to the case it belongs to: the place in the stream of the first message of it."""
    last: dict[int, datetime] = {}
    groups: dict[str, int] = {}
    now = datetime.min.replace(tzinfo=UTC)
    index = LikenessIndex(lambda case: now - last[case] <= timedelta(days=LIKE_DAYS))
    for at, (row, text, category) in enumerate(zip(rows, texts, categories, strict=True)):
        now = _moment(row)
        wording = wording_of(text)
        found = index.find(wording, category)
        case = found.number if found else at
        index.add(case, category, wording)
        last[case] = now
        groups[row["message_no"]] = case
    return groups


def _cost(texts: Sequence[str], categories: Sequence[str | None]) -> dict[str, float]:
    """Milliseconds to read a text and look for its like among ten thousand open cases, each with one text."""
    others = [_text(row) for name in MORE for row in _rows_if_there(data_folder() / name)]
    pool = [*texts[:-_TIMED], *others] or list(texts)
    index = LikenessIndex()
    for number in range(OPEN_CASES):
        index.add(number, None, wording_of(pool[number % len(pool)]))
    # What stands in memory for good is not looked through again and again while the clock runs.
    gc.collect()
    gc.freeze()
    spent = []
    for text, category in zip(texts[-_TIMED:], categories[-_TIMED:], strict=True):
        text = normalise(text)
        areas = areas_in(text)
        read_wording.cache_clear()
        begun = time.thread_time()
        index.find(read_wording(text, areas), category)
        spent.append((time.thread_time() - begun) * 1000)
    gc.unfreeze()
    spent.sort()
    return {"p50_ms": round(spent[len(spent) // 2], 3), "p99_ms": round(spent[int(len(spent) * 0.99)], 3)}


def wording_of(text: str) -> Wording:
    text = normalise(text)
    return read_wording(text, areas_in(text))


def areas_in(text: str) -> tuple[tuple[int, int], ...]:
    """Where the anonymous areas stand in a text in its normal form."""
    return tuple((found.start(), found.end()) for found in _AREAS.finditer(text, 0, REACH))


def _text(row: Mapping[str, Any]) -> str:
    topic = str(row.get("topic") or "")
    return f"{topic}。{str(row['text']).strip()}" if topic else str(row["text"]).strip()


def _moment(row: Mapping[str, Any]) -> datetime:
    return datetime.strptime(str(row["time"]).replace("-", "/"), "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC)


def _rows_if_there(file: Path) -> Iterable[Mapping[str, Any]]:
    return read_rows(file) if file.is_file() else ()


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
