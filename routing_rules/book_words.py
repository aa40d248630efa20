"""Looks words up in the texts of a rulebook: whole texts and the short pieces they are put together from."""

from __future__ import annotations

from routing_rules.plain_text import filled, neutral
from routing_rules.rulebook import RuleBook
from routing_rules.templates import PHRASES


def text_of(book: RuleBook, language: str, name: str) -> tuple[str, str]:
    """The language that has the text, the wanted one first, and the text. Raises ValueError when none has it."""
    for tried in (language, *book.languages):
        text = book.texts.get(tried, {}).get(name)
        if text is not None:
            return tried, text
    raise ValueError(f"the rulebook {book.code} has no text {name!r} in any language")


def phrase(book: RuleBook, language: str, name: str, /, **values: str | int) -> str:
    """One of the short pieces of the book's texts, of any length.

    Raises ValueError for a phrase that does not exist and for values that are missing or unknown.
    """
    wanted = PHRASES.get(name)
    if wanted is None:
        raise ValueError(f"there is no phrase {name!r}")
    if values.keys() != set(wanted):
        raise ValueError(f"{name} takes {', '.join(wanted) or 'nothing'}, not {', '.join(values)}")
    _, text = text_of(book, language, name)
    return filled(text, {key: neutral(str(value)) for key, value in values.items()})
