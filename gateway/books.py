"""Finds rulebooks and registries, shipped ones and those in a folder, and hands their texts to the rules.

It reads files and decides nothing about what is in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from routing_rules.registry_file import RegistryFile, RegistryFileError, load_registry
from routing_rules.rulebook import RuleBook
from routing_rules.rulebook_file import RuleBookError, load_book
from routing_rules.yaml_lines import MAX_CHARACTERS, Problem

#: Folder of a book that holds the registry that belongs to it.
REGISTRY_FOLDER = "registry"


def shipped_books() -> tuple[str, ...]:
    """Names of the rulebooks that come with the package."""
    return tuple(sorted(entry.name for entry in _shelf().iterdir() if (entry / "book.yaml").is_file()))


def read_book(name_or_path: str | Path) -> RuleBook:
    """A rulebook by the name of one that ships ("dinghai") or by the path of a folder.

    Raises RuleBookError with every problem, also when there is no such folder.
    """
    if str(name_or_path) in shipped_books():
        return _shipped_book(str(name_or_path))
    try:
        return load_book(_texts(_folder(name_or_path)))
    except OSError as error:
        raise RuleBookError([_unreadable(name_or_path, error)]) from None


@cache
def _shipped_book(name: str) -> RuleBook:
    """Reading one takes half a second, and it never changes while the program runs."""
    return load_book(_texts(_shelf() / name))


def read_registry_file(name_or_path: str | Path, book: RuleBook) -> RegistryFile:
    """A registry by the name of a book that ships, or by the path of a folder of YAML files or of one file.

    Raises RegistryFileError with every problem, also when there is nothing at the path.
    """
    name = str(name_or_path)
    if name in shipped_books() and book is _shipped_book(name):
        return _shipped_registry(name)
    folder = _folder(name_or_path)
    if (folder / REGISTRY_FOLDER).is_dir():
        folder = folder / REGISTRY_FOLDER
    try:
        return load_registry(_texts(folder), book)
    except OSError as error:
        raise RegistryFileError([_unreadable(name_or_path, error)]) from None


@cache
def _shipped_registry(name: str) -> RegistryFile:
    return load_registry(_texts(_shelf() / name / REGISTRY_FOLDER), _shipped_book(name))


def _shelf() -> Traversable:
    return resources.files("routing_rules") / "books"


def _folder(name_or_path: str | Path) -> Traversable:
    """The shipped book of that name where there is one, else the path. A name never has a slash in it."""
    name = str(name_or_path)
    return _shelf() / name if name in shipped_books() else Path(name)


def _texts(folder: Traversable) -> Mapping[str, str]:
    """The YAML files of a folder, or one file; hidden files and subfolders are not read. Raises OSError."""
    if folder.is_file():
        return {folder.name: _text(folder)}
    return {
        entry.name: _text(entry)
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.is_file() and entry.name.endswith((".yaml", ".yml")) and not entry.name.startswith(".")
    }


def _text(file: Traversable) -> str:
    """At most what the rules accept and one character more, so that a huge file is refused without being read.

    Bytes that are no UTF-8 become U+FFFD, which stands out in a name and matches no keyword.
    """
    with file.open("r", encoding="utf-8", errors="replace") as stream:
        return stream.read(MAX_CHARACTERS + 1)


def _unreadable(name_or_path: str | Path, error: OSError) -> Problem:
    reason = error.strerror or type(error).__name__
    known = ", ".join(shipped_books())
    return Problem(
        file=str(name_or_path),
        line=None,
        field="",
        sentence=f"cannot be read: {reason}; books that ship: {known}",
    )
