"""Reads the text of a configuration file into plain values that know their lines; it opens no file.

What YAML may hold here and what is refused says `routing_rules.yaml_lines`, which reads the rulebooks too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from routing_rules.yaml_lines import Entry, Findings, Problem, read_document

#: Larger files are refused before they are parsed: a configuration has no reason to be this long.
MAX_BYTES = 256 * 1024

#: Where a value stands: the keys and list positions that lead to it.
Place = tuple[str | int, ...]


class ConfigError(Exception):
    """The configuration cannot be used; `problems` holds everything that was found, in reading order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The values of a file, all scalars as texts, and the line of each."""

    values: dict[str, Any]
    lines: Mapping[Place, int]


def parse(content: bytes, file: str) -> Document:
    """Read one mapping from UTF-8 YAML. Raises ConfigError with every problem that could be found.

    An empty text is an empty mapping. A text that is no YAML has one problem, since the parser cannot go on
    behind it.
    """
    findings = Findings()
    values: dict[str, Any] = {}
    lines: dict[Place, int] = {}
    if len(content) > MAX_BYTES:
        findings.add(file, None, "", f"is larger than {MAX_BYTES // 1024} KiB")
    else:
        try:
            root = read_document(content.decode("utf-8"), file, findings)
            values = {key: _plain(entry, (key,), lines) for key, entry in root.keys.items()}
        except UnicodeDecodeError:
            findings.add(file, None, "", "is not UTF-8 text")
    if findings:
        raise ConfigError(findings.sorted())
    return Document(values=values, lines=lines)


def dotted(place: Place) -> str:
    """How a place is written for people: ``channels.twilio_sms.numbers[0]``."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _plain(entry: Entry, place: Place, lines: dict[Place, int]) -> Any:
    if entry.line is not None:
        lines[place] = entry.line
    if entry.is_mapping:
        return {key: _plain(inner, (*place, key), lines) for key, inner in entry.keys.items()}
    if entry.is_list:
        return [_plain(item, (*place, number), lines) for number, item in enumerate(entry.items())]
    return entry.scalar
