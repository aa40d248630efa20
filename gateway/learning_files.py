"""The files of learning: rows of text and label to learn from, and the trained model.

A file of rows with anything wrong in it is refused whole; a model is replaced in one step, never half.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from gateway.learning import Row
from handlers.errors import MalformedRequest
from handlers.strict_json import read_object
from routing_rules.learned import Learned, LearnedError
from routing_rules.learned_file import MOST_BYTES, read_model, written_model
from routing_rules.yaml_lines import Findings, Problem

COLUMNS = ("text", "label")
#: A larger file of rows is refused before it is parsed.
MOST_ROW_BYTES = 256 * 1024 * 1024


class RowsUnusable(Exception):
    """The file cannot be learned from; ``problems`` holds everything that is wrong, in reading order."""

    def __init__(self, problems: Collection[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def read_rows(file: Path, labels: Collection[str]) -> list[Row]:
    """The rows of a CSV or JSON-lines file with ``text`` and ``label``; other columns are passed over.

    A label must be one of ``labels``. Raises RowsUnusable with every problem by line and field.
    """
    findings, name = Findings(), str(file)
    rows = []
    for line, found in _rows(file, name, findings):
        text, label = found.get("text"), found.get("label")
        if not isinstance(text, str) or not text.strip():
            findings.add(name, line, "text", "must hold words")
        if not isinstance(label, str) or not label.strip():
            findings.add(name, line, "label", "must hold the code of a category or the name of a field")
        elif label.strip() not in labels:
            findings.add(name, line, "label", f"{label!r} is neither a category nor a field of the rulebook")
        elif isinstance(text, str) and text.strip():
            rows.append(Row(text, label.strip()))
    if not rows and not findings:
        findings.add(name, None, "", "holds no rows")
    if findings:
        raise RowsUnusable(findings.sorted())
    return rows


def _rows(file: Path, name: str, findings: Findings) -> Iterator[tuple[int, Mapping[str, object]]]:
    """The rows with the line that each begins in."""
    try:
        if file.stat().st_size > MOST_ROW_BYTES:
            findings.add(name, None, "", f"is larger than {MOST_ROW_BYTES // 1024 // 1024} MiB")
            return
        text = file.read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except OSError as error:
        findings.add(name, None, "", f"cannot be read: {error.strerror}")
        return
    except UnicodeDecodeError:
        findings.add(name, None, "", "is not UTF-8 text")
        return
    if file.suffix.lower() in (".jsonl", ".ndjson", ".json") or text.lstrip()[:1] == "{":
        yield from _json_rows(text, name, findings)
    else:
        yield from _csv_rows(text, name, findings)


def _json_rows(text: str, name: str, findings: Findings) -> Iterator[tuple[int, Mapping[str, object]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, read_object(line.encode())
        except MalformedRequest as error:
            findings.add(name, number, "", str(error).replace("the body", "the line"))


def _csv_rows(text: str, name: str, findings: Findings) -> Iterator[tuple[int, Mapping[str, object]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            findings.add(name, 1, "", f"the first line must name the columns; missing: {', '.join(missing)}")
            return
        line = reader.line_num + 1
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        findings.add(name, reader.line_num, "", f"is not CSV: {error}")


def load_model(file: Path | None) -> Learned | None:
    """The trained model of a file; None for None. Raises LearnedError, which names the file."""
    if file is None:
        return None
    try:
        if file.stat().st_size > MOST_BYTES:
            raise LearnedError(f"is larger than {MOST_BYTES // 1024 // 1024} MiB")
        return read_model(file.read_text("utf-8"))
    except FileNotFoundError:
        raise LearnedError(f"{file}: there is no such model; train one with gridgate learn") from None
    except OSError as error:
        raise LearnedError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise LearnedError(f"{file}: is no trained model of gridgate") from None
    except LearnedError as error:
        raise LearnedError(f"{file}: {error}") from None


def save_model(model: Learned, file: Path) -> None:
    """Write the model beside its place and move it there. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_text(written_model(model), "utf-8")
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
