"""Who is warned of danger: recall on sentences of our own, and every alarm among the beginnings of real complaints.

Complaints to an office are hardly ever cries for help, so an alarm there is nearly always one too many. Which of them
are right only a reader can say: they are printed, and those that we read are counted as we judged them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from gateway.books import read_book
from routing_rules.classification import Classifier
from routing_rules.rulebook import RuleBook
from tests.measures.classify import ONE_SMS, data_folder, read_rows
from tests.routing_rules import danger_en, danger_zh

LEAST_RECALL, LEAST_PRECISION = 0.95, 0.9
FILES = (
    "tipdm_c2020/tipdm_c2020_topic_open.jsonl",
    "tipdm_c2020/tipdm_c2020_open.jsonl.gz",
    "tipdm_c2020/tipdm_c2020_attach3_all.jsonl.gz",
)
#: Phrases whose alarms among the open rows we read and found right: a bank of earth that came down behind a house, a
#: house about to fall, people shut in lifts.
READ_AND_RIGHT = frozenset({"房~垮塌", "房~要倒", "电梯困人"})


class Reader:
    """Alarms and urgent categories of one book."""

    def __init__(self, name: str) -> None:
        self._book: RuleBook = read_book(name)
        self._classifier = Classifier(self._book)

    def alarm(self, text: str) -> tuple[str, ...]:
        """The words of danger in a text."""
        hit = self._classifier.emergency(text)
        return hit.words if hit else ()

    def is_urgent(self, text: str) -> bool:
        """Whether it alarms, or its category waits for nobody (a manhole without its cover)."""
        category = self._classifier.classify(text).category
        return bool(self.alarm(text)) or (category is not None and self._book.categories[category].urgent)

    def recall(self, texts: Sequence[str]) -> float:
        return round(sum(map(self.is_urgent, texts)) / max(1, len(texts)), 4)


def measure(files: Sequence[Path] = ()) -> tuple[dict[str, Any], int]:
    """The figures, and 0 when the marks are met."""
    chinese, english = Reader("dinghai"), Reader("harbour")
    seen = (
        len(danger_zh.DANGER) * chinese.recall(danger_zh.DANGER)
        + len(danger_en.DANGER) * english.recall(danger_en.DANGER)
    ) / (len(danger_zh.DANGER) + len(danger_en.DANGER))
    openings = list(dict.fromkeys(_openings(files or [data_folder() / name for name in FILES])))
    alarms = {text: words for text in openings if (words := chinese.alarm(text))}
    right = sum(not READ_AND_RIGHT.isdisjoint(words) for words in alarms.values())
    # Nobody has read the alarms of a named file.
    precision = round(right / max(1, len(alarms)), 4) if not files else None
    met = seen >= LEAST_RECALL and (precision is None or precision >= LEAST_PRECISION)
    figures = {
        "measure": "emergencies",
        "sentences": len(danger_zh.DANGER) + len(danger_en.DANGER),
        "recall": round(seen, 4),
        "recall_zh": chinese.recall(danger_zh.DANGER),
        "recall_en": english.recall(danger_en.DANGER),
        "recall_unseen_zh": chinese.recall(danger_zh.UNSEEN),
        "recall_unseen_en": english.recall(danger_en.UNSEEN),
        "false_alarms_own": sum(bool(chinese.alarm(text)) for text in (*danger_zh.NO_DANGER, *danger_en.NO_DANGER)),
        "openings": len(openings),
        "alarms": {text: list(words) for text, words in alarms.items()},
        "precision": precision,
        "met": met,
    }
    return figures, 0 if met else 1


def _openings(files: Sequence[Path]) -> Iterator[str]:
    """What would fit one SMS of each complaint; a subject line goes before the text."""
    for file in files:
        for row in read_rows(file):
            topic = row.get("topic") or ""
            text = str(row["text"])
            yield (text if not topic or text.startswith(topic) else f"{topic}。{text}")[:ONE_SMS]
