"""Puts a rulebook's texts together, each in one segment; it decides nothing and knows no case.

A text is plain words with ``{name}`` in it. A name is looked up in the values of the template and nowhere else:
there are no attributes, no indexes, no formats, and a value that itself holds ``{name}`` is not read again. When a
text would not fit one segment only what ``templates`` allows gives way, never a code, number, time, place or office.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from routing_rules.book_words import phrase, text_of
from routing_rules.plain_text import good_break, neutral
from routing_rules.rulebook import RuleBook
from routing_rules.segments import fits_one
from routing_rules.sheet import Gist, Sheet, Value, neutral_value
from routing_rules.templates import BRIEF, TEMPLATES, Audience

#: No segment holds more.
_MOST_CHARACTERS = 160


def render(book: RuleBook, language: str, template: str, /, **values: Value) -> str:
    """The text of a template in a language (or, where the book lacks it, in the book's first).

    Raises ValueError for a template that does not exist and for values that are missing or unknown: a mistake
    in the program, since a book with such a text is refused when it is loaded. A text whose fixed part alone is
    longer than a segment comes back whole, because a code or a time that is cut would be worse.
    """
    wanted = TEMPLATES.get(template)
    if wanted is None:
        raise ValueError(f"there is no template {template!r}")
    if values.keys() != set(wanted.placeholders):
        raise ValueError(f"{template} takes {', '.join(wanted.placeholders) or 'nothing'}, not {', '.join(values)}")
    language, text = text_of(book, language, template)
    sheet = Sheet(book, language, text, {name: neutral_value(value) for name, value in values.items()})
    body = sheet.body()
    if wanted.audience is Audience.CHAT or fits_one(body):
        return body
    brief = replace(sheet, text=book.texts[language].get(BRIEF + template, text))
    return next(filter(fits_one, _shorter(sheet, brief, wanted.shrinks)), body)


def _shorter(sheet: Sheet, brief: Sheet, shrinks: tuple[str, ...]) -> Iterator[str]:
    """Ways to say it in less room, the best first.

    A stray sign that the alphabet lacks goes first, since it alone more than halves the room. The book's brief version
    comes in where cutting what may be cut is not enough. A place gives way only after that.
    """
    plain = sheet.in_gsm_7(shrinks)
    if sheet.is_mostly_gsm_7(shrinks):
        yield plain.shortened(shrinks)
    yield sheet.shortened(shrinks)
    yield brief.shortened(shrinks)
    yield plain.shortened(shrinks)
    yield brief.shortened(shrinks, place=True)
    yield sheet.in_gsm_7(shrinks, place=True).shortened(shrinks, place=True)


def parts(book: RuleBook, language: str, number: str, text: str, *, most: int = 10) -> tuple[str, ...]:
    """A long text as numbered messages of one segment each; what is beyond ``most`` of them gives way to "…"."""
    text = neutral(text)
    for total in (9, 99):
        pieces = _pieces_that_fit(book, language, number, text, total)
        if len(pieces) <= total:
            break
    if len(pieces) > most:
        pieces = [*pieces[: most - 1], "".join(pieces[most - 1 :])]
    total = len(pieces)
    return tuple(
        render(book, language, "more", number=number, part=at, parts=total, text=piece)
        for at, piece in enumerate(pieces, start=1)
    )


def _pieces_that_fit(book: RuleBook, language: str, number: str, text: str, total: int) -> list[str]:
    """Cut a text so that each piece fits its message."""
    language, template = text_of(book, language, "more")
    sheet = Sheet(book, language, template, {"number": number, "part": total, "parts": total, "text": ""})
    pieces: list[str] = []
    while text or not pieces:
        low, high = 1, min(len(text), _MOST_CHARACTERS)
        while low < high:
            middle = (low + high + 1) // 2
            if fits_one(sheet.with_value("text", text[:middle]).body()):
                low = middle
            else:
                high = middle - 1
        length = good_break(text, low)
        pieces.append(text[:length].strip())
        text = text[length:].lstrip()
    return pieces


__all__ = ["Gist", "Value", "neutral", "parts", "phrase", "render"]
