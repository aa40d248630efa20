"""How much private talk would become a case, and how many complaints are kept.

Private texts in Chinese and English beside complaints as short as they: subject lines in Chinese, the titles and
descriptions that residents typed in English, each wording once (a form's ready title is one wording, however often it
was sent). A text counts as accepted when the gateway would take it for a matter or a cry for help; what shows no sign
of either kind is asked about and does not count. The signs were written from the rows with an even id and are scored on
the odd ones; a named file is scored whole.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gateway.books import read_book, read_registry_file
from routing_rules.city import City
from routing_rules.intents import read_words
from routing_rules.normalise import language_of
from routing_rules.other_texts import what_else
from routing_rules.registry_file import picture_of
from tests.measures.classify import data_folder, read_rows

#: Private texts taken for a matter at most, and complaints kept at least.
MOST_ACCEPTED, LEAST_KEPT = 0.01, 0.98
FILES = (
    "sms_nus/sms_nus_zh_open.jsonl.gz",
    "sms_nus/sms_nus_en_open.jsonl.gz",
    "tipdm_c2020/tipdm_c2020_topic_open.jsonl",
    "seeclickfix_atlanta/atl_scf_open.jsonl",
    "boston311/boston311_open.jsonl.gz",
)
#: The city that reads each language.
CITIES = {"zh": "dinghai", "en": "harbour"}
#: Ready entries of a form that name no matter at all.
NAMES_NOTHING = {"other", "post to neighbors", "other: comment", "other: compliment", "test", "notification"}


def city_of(name: str) -> City:
    book = read_book(name)
    return City.build(book, picture_of(book, read_registry_file(name, book)))


def is_taken_for_a_matter(city: City, text: str) -> bool:
    """Whether a stranger's text would be taken for a matter or a cry for help."""
    intent = read_words(city, text)
    return not intent.thanks and what_else(intent) is None


def is_private(row: Mapping[str, Any]) -> bool:
    """The private texts say how they were encoded; complaints do not."""
    return "encoding" in row


def text_of(row: Mapping[str, Any]) -> str:
    return str(row.get("text", row.get("case_title", "")))


def is_odd(row: Mapping[str, Any]) -> bool:
    key = str(row.get("dup_cluster") or row.get("id") or row.get("case_enquiry_id"))
    return int(key[-1], 16) % 2 == 1


def measure(files: Sequence[Path] = ()) -> tuple[dict[str, Any], int]:
    """The figures, and 0 when the marks are met."""
    chosen = list(files) or [data_folder() / name for name in FILES]
    cities = {language: city_of(name) for language, name in CITIES.items()}
    counts: dict[str, list[int]] = {}
    by_file: dict[str, Any] = {}
    seconds = 0.0
    for file in chosen:
        rows = [row for row in read_rows(file) if files or is_odd(row)]
        private = bool(rows) and is_private(rows[0])
        texts = [text_of(row) for row in rows]
        if not private:
            texts = [text for text in dict.fromkeys(texts) if text.strip(" .").casefold() not in NAMES_NOTHING]
        spoken = [language_of(text) for text in texts]
        language = "zh" if spoken.count("zh") > spoken.count("en") else "en"
        began = time.perf_counter()
        accepted = sum(is_taken_for_a_matter(cities[language], text) for text in texts)
        seconds += time.perf_counter() - began
        kind = f"{'accepted' if private else 'kept'}_{language}"
        sums = counts.setdefault(kind, [0, 0])
        sums[0] += accepted
        sums[1] += len(texts)
        by_file[file.name.split(".")[0]] = {"texts": len(texts), "accepted": round(accepted / max(1, len(texts)), 4)}
    shares = {kind: round(accepted / max(1, total), 4) for kind, (accepted, total) in counts.items()}
    met = all(
        share <= MOST_ACCEPTED if kind.startswith("accepted") else share >= LEAST_KEPT for kind, share in shares.items()
    )
    total = sum(total for _, total in counts.values())
    figures = {
        "measure": "chitchat",
        **shares,
        "files": by_file,
        "microseconds_a_text": round(seconds / max(1, total) * 1e6, 1),
        "met": met,
    }
    return figures, 0 if met else 1
