"""How much spam is caught, and how many private texts and complaints are blocked by it.

The signs were written from the rows of even number in the file and are scored on the odd ones; a named file is scored
whole. Complaints are read beside them where the folder has them: none of them may be taken for spam.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from routing_rules.no_matter import Kind, read
from tests.measures.classify import data_folder, read_rows

LEAST_CAUGHT, MOST_BLOCKED = 0.94, 0.003
FILE = "sms_uci_spam/sms_uci_spam_open.jsonl"
COMPLAINTS = (
    "tipdm_c2020/tipdm_c2020_topic_open.jsonl",
    "tipdm_c2020/tipdm_c2020_open.jsonl.gz",
    "seeclickfix_atlanta/atl_scf_open.jsonl",
)


def is_spam(text: str) -> bool:
    found = read(text)
    return found is not None and found.kind is Kind.SPAM


def share(texts: Sequence[str]) -> float:
    return round(sum(map(is_spam, texts)) / max(1, len(texts)), 4)


def measure(files: Sequence[Path] = ()) -> tuple[dict[str, Any], int]:
    """The figures, and 0 when the marks are met. Without a file they hold for the rows that nobody read; those of all
    open rows are told beside them.
    """
    rows = [row for file in files or [data_folder() / FILE] for row in read_rows(file)]
    scored = rows if files else rows[1::2]
    caught, blocked = share(_of(scored, "spam")), share(_of(scored, "ham"))
    figures: dict[str, Any] = {"measure": "spam", "spam": len(_of(scored, "spam")), "ham": len(_of(scored, "ham"))}
    figures |= {"caught": caught, "ham_blocked": blocked}
    if not files:
        figures |= {"caught_of_all": share(_of(rows, "spam")), "ham_blocked_of_all": share(_of(rows, "ham"))}
        complaints = {str(row["text"]) for name in COMPLAINTS for row in read_rows(data_folder() / name)}
        figures |= {"complaints": len(complaints), "complaints_blocked": sum(map(is_spam, complaints))}
    met = caught >= LEAST_CAUGHT and blocked <= MOST_BLOCKED
    return {**figures, "met": met}, 0 if met else 1


def _of(rows: Iterable[dict[str, Any]], label: str) -> list[str]:
    return [str(row["text"]) for row in rows if row["label"] == label]
