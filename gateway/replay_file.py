"""Reads a file of texts to replay, CSV or JSON lines; a file with anything wrong in it is refused whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from handlers.addresses import normalise_phone
from handlers.cleaning import checked_point, clean_text
from handlers.errors import MalformedRequest
from handlers.strict_json import read_object
from routing_rules.messages import Address, Point
from routing_rules.yaml_lines import Findings, Problem

REQUIRED = ("at", "from", "text")
OPTIONAL = ("lat", "lon", "home")
#: Schemes that a sender may have.
_SCHEMES = ("sim", "tel", "whatsapp")
#: A larger file is refused before it is parsed.
MOST_BYTES = 512 * 1024 * 1024
#: Years outside are slips of the pen, and would let the clock run for a very long time.
_YEARS = range(2000, 2101)


class ReplayFileError(Exception):
    """The file cannot be replayed; ``problems`` holds everything that is wrong, in reading order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayText:
    """One text to replay."""

    #: Aware.
    at: datetime
    sender: Address
    text: str
    location: Point | None = None
    #: Code of the area where the sender lives.
    home: str | None = None


def read_replay_file(file: Path, *, zone: str, region: str, areas: Collection[str]) -> list[ReplayText]:
    """The texts of a file in the order of time, those of one moment as they stand.

    A time without an offset is local time of ``zone``; a number without a country code is read as one of ``region``
    (ISO 3166); a home must be the code of one of ``areas``. Raises ReplayFileError with every
    problem by line and field.
    """
    findings = Findings()
    name = str(file)
    texts = [
        text
        for line, row in _rows(file, name, findings)
        if (text := _Row(row, name, line, findings, zone=zone, region=region, areas=areas).read()) is not None
    ]
    if not texts and not findings:
        findings.add(name, None, "", "holds no texts")
    if not findings:
        _one_home_each(texts, name, findings)
    if findings:
        raise ReplayFileError(findings.sorted())
    return sorted(texts, key=lambda text: text.at)


def _rows(file: Path, name: str, findings: Findings) -> Iterator[tuple[int, Mapping[str, object]]]:
    """The rows with the line that each begins in."""
    try:
        if file.stat().st_size > MOST_BYTES:
            findings.add(name, None, "", f"is larger than {MOST_BYTES // 1024 // 1024} MiB")
            return iter(())
        content = file.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        findings.add(name, None, "", f"cannot be read: {error.strerror}")
        return iter(())
    as_json = file.suffix.lower() in (".jsonl", ".ndjson", ".json") or content.lstrip()[:1] == b"{"
    return _json_rows(content, name, findings) if as_json else _csv_rows(content, name, findings)


def _json_rows(content: bytes, name: str, findings: Findings) -> Iterator[tuple[int, Mapping[str, object]]]:
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, read_object(line)
        except MalformedRequest as error:
            findings.add(name, number, "", str(error).replace("the body", "the line"))


def _csv_rows(content: bytes, name: str, findings: Findings) -> Iterator[tuple[int, Mapping[str, object]]]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        findings.add(name, content.count(b"\n", 0, error.start) + 1, "", "is not UTF-8 text")
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            findings.add(name, line, "", f"is not CSV: {error}")
            return
        begin, line = line, reader.line_num + 1
        if cells is None:
            return
        if not any(cell.strip() for cell in cells):
            continue
        if header is None:
            header = [cell.strip().lower() for cell in cells]
            if not _is_header(header, name, begin, findings):
                return
        elif len(cells) != len(header):
            findings.add(name, begin, "", f"has {len(cells)} cells, the header {len(header)}")
        else:
            yield begin, {key: cell for key, cell in zip(header, cells, strict=True) if cell.strip()}


def _is_header(header: list[str], name: str, line: int, findings: Findings) -> bool:
    for key in header:
        if key not in (*REQUIRED, *OPTIONAL):
            known = ", ".join((*REQUIRED, *OPTIONAL))
            findings.add(name, line, key, f"is not a column; the columns are {known}")
        elif header.count(key) > 1:
            findings.add(name, line, key, "stands twice in the header")
    for key in REQUIRED:
        if key not in header:
            findings.add(name, line, key, "is missing in the header")
    return not findings


class _Row:
    """One row, complaining about its fields."""

    def __init__(
        self,
        row: Mapping[str, object],
        file: str,
        line: int,
        findings: Findings,
        *,
        zone: str,
        region: str,
        areas: Collection[str],
    ) -> None:
        self._row = row
        self._file = file
        self._line = line
        self._findings = findings
        self._zone = zone
        self._region = region
        self._areas = areas
        self._right = True

    def read(self) -> ReplayText | None:
        """The text of this row; None when something is wrong with it."""
        for key in self._row:
            if key not in (*REQUIRED, *OPTIONAL):
                self._complain(key, f"is not known here; known are {', '.join((*REQUIRED, *OPTIONAL))}")
        at, sender, text = self._at(), self._sender(), clean_text(self._word("text"))
        if self._right and not text.strip():
            self._complain("text", "is empty")
        location, home = self._location(), self._home()
        if not self._right or at is None or sender is None:
            return None
        return ReplayText(at=at, sender=sender, text=text, location=location, home=home)

    def _complain(self, field: str, sentence: str) -> None:
        self._findings.add(self._file, self._line, field, sentence)
        self._right = False

    def _word(self, field: str) -> str:
        value = self._row.get(field)
        if value is None:
            self._complain(field, "is missing")
            return ""
        if not isinstance(value, str):
            self._complain(field, "must be a text")
            return ""
        return value

    def _at(self) -> datetime | None:
        text = self._word("at").strip()
        if not text:
            return None
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            self._complain("at", f"{text!r} is no ISO 8601 time, as in 2026-08-18T09:20:04")
            return None
        if at.year not in _YEARS:
            self._complain("at", f"the year must lie between {_YEARS.start} and {_YEARS.stop - 1}")
            return None
        return at if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(self._zone))

    def _sender(self) -> Address | None:
        text = self._word("from").strip()
        scheme, colon, value = text.partition(":")
        if not text:
            return None
        if colon and scheme in _SCHEMES and value and not any(c.isspace() for c in value):
            return Address(scheme, value)
        if not colon and not any(c.isalpha() for c in text) and any(c.isdigit() for c in text):
            return Address("tel", normalise_phone(text, self._region))
        self._complain("from", f"{text!r} is neither a phone number nor an address, as in sim:alice")
        return None

    def _location(self) -> Point | None:
        lat, lon = self._degrees("lat"), self._degrees("lon")
        for field, other in (("lat", "lon"), ("lon", "lat")):
            if not self._given(field) and self._given(other):
                self._complain(field, "is missing: a position needs both")
        if lat is None or lon is None:
            return None
        point = checked_point(lat, lon)
        if point is None:
            self._complain("lat", f"{lat:g}, {lon:g} is no position on Earth")
        return point

    def _given(self, field: str) -> bool:
        return self._row.get(field) not in (None, "")

    def _degrees(self, field: str) -> float | None:
        value = self._row.get(field)
        if not self._given(field):
            return None
        try:
            return float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            self._complain(field, f"{value!r} is no number of degrees")
            return None

    def _home(self) -> str | None:
        home = self._row.get("home")
        if not self._given("home"):
            return None
        if not isinstance(home, str) or home.strip() not in self._areas:
            self._complain("home", f"there is no area {home!r}")
            return None
        return home.strip()


def _one_home_each(texts: Iterable[ReplayText], name: str, findings: Findings) -> None:
    homes: dict[Address, str] = {}
    for text in texts:
        if text.home is not None and homes.setdefault(text.sender, text.home) != text.home:
            sentence = f"{text.sender} lives in {homes[text.sender]} and in {text.home}; one person has one home"
            findings.add(name, None, "home", sentence)


__all__ = ["ReplayFileError", "ReplayText", "read_replay_file"]
