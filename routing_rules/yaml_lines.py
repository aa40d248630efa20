"""Reads YAML text so that every value knows its line and every mistake is collected; it opens no file.

Safe by refusal: one document, of limited length and depth, no key twice, no alias, no tag. Nothing is ever built
but the text that stands there, so "no" and "off" stay words and a department may be called 12345.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

import yaml

#: A longer text is refused before it is parsed. The registry of a city with 20,000 places stays below it.
MAX_CHARACTERS = 4 * 1024 * 1024
#: Deeper nesting only serves to exhaust the parser's stack.
MAX_DEPTH = 20
#: No single value (an outline apart) has a reason to be longer.
MAX_VALUE = 20_000

_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, said so that a person can find it and mend it."""

    #: The file as it was named.
    file: str
    #: Line in the file, counted from 1; None where there is none (the file is missing).
    line: int | None
    #: Where in the file: "smoke.limits.finish"; empty for the file as a whole.
    field: str
    #: What is wrong and what is expected.
    sentence: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (place, self.field, self.sentence) if part)


class Findings:
    """Collects problems while files are read, so that all of them are named at once."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    def add(self, file: str, line: int | None, field: str, sentence: str) -> None:
        self._problems.append(Problem(file=file, line=line, field=field, sentence=sentence))

    def __bool__(self) -> bool:
        return bool(self._problems)

    def sorted(self) -> tuple[Problem, ...]:
        """In reading order, each once."""
        return tuple(sorted(dict.fromkeys(self._problems), key=lambda p: (p.file, p.line or 0, p.field)))


class Entry:
    """A value at its place in a file. Its methods complain and give a harmless value when it is not as expected."""

    def __init__(self, node: yaml.Node | None, file: str, line: int | None, field: str, findings: Findings) -> None:
        self._node = node
        self.file = file
        self.line = line
        self.field = field
        self.findings = findings

    def problem(self, sentence: str) -> None:
        """Note that something is wrong here."""
        self.findings.add(self.file, self.line, self.field, sentence)

    @property
    def given(self) -> bool:
        """Whether there is a value: neither absent nor empty."""
        return self._node is not None and not _is_null(self._node)

    @cached_property
    def keys(self) -> Mapping[str, Entry]:
        """The entries of a mapping in their order, each key once. Empty, with a problem, for anything else."""
        if not self.given:
            return {}
        if not isinstance(self._node, yaml.MappingNode):
            self.problem("must be a mapping (key: value)")
            return {}
        found: dict[str, Entry] = {}
        for key_node, value_node in self._node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.findings.add(self.file, line, self.field, "a key must be a plain word")
                continue
            key = str(key_node.value)
            entry = Entry(value_node, self.file, line, f"{self.field}.{key}" if self.field else key, self.findings)
            if key in found:
                entry.problem(f"stands twice; the first is in line {found[key].line}")
                continue
            found[key] = entry
        return found

    def only(self, *allowed: str) -> Entry:
        """Complain about keys that nobody would read, so that a slip is noticed. Returns itself."""
        for key, entry in self.keys.items():
            if key not in allowed:
                entry.problem(f"is not known here; known are {', '.join(allowed)}")
        return self

    def get(self, key: str) -> Entry:
        """The entry of a key; an absent one stands at this entry's line."""
        absent = Entry(None, self.file, self.line, f"{self.field}.{key}" if self.field else key, self.findings)
        return self.keys.get(key, absent)

    def items(self) -> Iterator[Entry]:
        """The entries of a list; a problem for anything else but nothing."""
        if not self.given:
            return
        if not isinstance(self._node, yaml.SequenceNode):
            self.problem("must be a list ([first, second])")
            return
        for number, node in enumerate(self._node.value):
            yield Entry(node, self.file, node.start_mark.line + 1, f"{self.field}[{number}]", self.findings)

    @property
    def is_mapping(self) -> bool:
        return isinstance(self._node, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        return isinstance(self._node, yaml.SequenceNode)

    @property
    def scalar(self) -> str | None:
        """The text as it stands, be it empty; None for null, a list or a mapping. It never complains."""
        return str(self._node.value) if self.given and isinstance(self._node, yaml.ScalarNode) else None

    def text(self, default: str | None = None, *, limit: int = MAX_VALUE) -> str:
        """A text that is not empty, stripped. Without a default it must be given."""
        if self._node is None or (_is_null(self._node) and not self._node.value):
            if default is None:
                self.problem("is missing")
            return default or ""
        if not isinstance(self._node, yaml.ScalarNode):
            self.problem("must be a text")
            return default or ""
        value = str(self._node.value).strip()
        if not value:
            self.problem("is empty")
        if len(value) > limit:
            self.problem(f"is longer than {limit} characters")
        return value[:limit]

    def verbatim(self) -> str:
        """A text as it stands, spaces at its ends and nothing at all included."""
        if not isinstance(self._node, yaml.ScalarNode):
            self.problem("must be a text")
            return ""
        return str(self._node.value)

    def optional(self) -> str | None:
        """A text, or None when absent or null."""
        return self.text() if self.given else None

    def whole(self, default: int | None = None, *, least: int = 0, most: int = 2**31) -> int:
        """A whole number within both bounds."""
        if not self.given and default is not None:
            return default
        value = self.text()
        if value.isascii() and value.isdigit() and len(value) < 12 and least <= int(value) <= most:
            return int(value)
        if value:
            self.problem(f"must be a whole number from {least} to {most}, not {value!r}")
        return least if default is None else default

    def number(self, default: float, *, least: float, most: float) -> float:
        """A number within both bounds."""
        if not self.given:
            return default
        value = self.text(limit=40)
        try:
            found = float(value)
        except ValueError:
            found = float("nan")
        if not least <= found <= most:
            self.problem(f"must be a number from {least:g} to {most:g}, not {value!r}")
            return default
        return found

    def flag(self, default: bool) -> bool:
        """true or false."""
        if not self.given:
            return default
        value = self.text().lower()
        if value not in ("true", "false"):
            self.problem(f"must be true or false, not {value!r}")
        return value == "true"

    def choice(self, kind: type[_Choice]) -> _Choice | None:
        """A member of the enumeration; None when absent or unknown, the latter with a problem."""
        if not self.given:
            return None
        value = self.text()
        try:
            return kind(value)
        except ValueError:
            self.problem(f"{value!r} is not known; known are {', '.join(kind)}")
            return None

    def words(self) -> tuple[str, ...]:
        """A list of texts, each once."""
        return tuple(dict.fromkeys(word for entry in self.items() if (word := entry.text())))


def _is_null(node: yaml.Node) -> bool:
    return bool(node.tag == "tag:yaml.org,2002:null")


class _Refusal(yaml.MarkedYAMLError):
    """What we refuse although YAML would allow it."""


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader up to the nodes, without aliases and tags and with a depth limit."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: object) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            raise _Refusal(problem="aliases (*name) are not allowed; write the value out", problem_mark=mark)
        if getattr(event, "tag", None) is not None:
            raise _Refusal(problem=f"tags ({event.tag}) are not allowed", problem_mark=mark)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Refusal(problem=f"nested deeper than {MAX_DEPTH} levels", problem_mark=mark)
        node = super().compose_node(parent, index)  # type: ignore[arg-type]
        self.depth -= 1
        return node


def read_document(text: str, file: str, findings: Findings) -> Entry:
    """The root of one YAML text. A text that is no YAML leaves one problem and an empty root."""
    nothing = Entry(None, file, 1, "", findings)
    if len(text) > MAX_CHARACTERS:
        nothing.problem(f"is longer than {MAX_CHARACTERS} characters")
        return nothing
    try:
        node = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        findings.add(file, mark.line + 1 if mark else 1, "", error.problem or "is not YAML")
        return nothing
    except yaml.YAMLError:
        nothing.problem("holds characters that YAML does not allow")
        return nothing
    return Entry(node, file, 1, "", findings)


def listed(words: Iterable[str]) -> str:
    """Words in a sentence: "a, b, c"."""
    return ", ".join(sorted(words))
