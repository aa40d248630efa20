"""Puts a rulebook's texts together, each in one segment; it decides nothing and knows no case.

A text is plain words with ``{name}`` in it. A name is looked up in the values of the template and nowhere else:
there are no attributes, no indexes, no formats, and a value that itself holds ``{name}`` is not read again. When a
text would not fit one segment only what ``templates`` allows gives way, never a code, number, time, place or office.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from routing_rules.plain_text import cut, filled, good_break, gsm_7, neutral, placeholders_in, typewritten
from routing_rules.rulebook import RuleBook
from routing_rules.segments import Encoding, count_segments, fits_one
from routing_rules.templates import BRIEF, COUNTED, PHRASES, TEMPLATES


@dataclass(frozen=True, slots=True)
class Gist:
    """What a case is about in a few words. The matter shortens, the place only when nothing else is left."""

    #: Empty while it is not known.
    place: str
    #: Name of the category, "烟囱冒黑烟".
    matter: str
    #: The category's shortest name; it is tried before the matter is cut.
    short: str = ""


#: What a placeholder may be given.
Value = str | int | Gist | tuple[str, ...]

#: What is left of a shortened text at least, in characters.
_LEAST = 2


def render(book: RuleBook, language: str, template: str, /, **values: Value) -> str:
    """The text of a template in a language (or, where the book lacks it, in the book's first).

    Where what may be shortened is not enough, the book's brief version of the text is tried, then the text without
    the characters that its alphabet lacks (one of them more than halves the room). A text whose fixed part alone
    is longer than a segment comes back whole, because a code or a time that is cut would be worse.

    Raises ValueError for a template that does not exist and for values that are missing or unknown: a mistake
    in the program, since a book with such a text is refused when it is loaded.
    """
    wanted = TEMPLATES.get(template)
    if wanted is None:
        raise ValueError(f"there is no template {template!r}")
    if values.keys() != set(wanted.placeholders):
        raise ValueError(
            f"{template} takes {', '.join(wanted.placeholders) or 'nothing'}, not {', '.join(values)}"
        )
    language, text = _text_of(book, language, template)
    sheet = _Sheet(book, language, text, {name: _neutral_value(value) for name, value in values.items()})
    body = sheet.body()
    if fits_one(body):
        return body
    brief = replace(sheet, text=book.texts[language].get(BRIEF + template, text))
    attempts = (
        sheet.shortened(wanted.shrinks),
        brief.shortened(wanted.shrinks),
        sheet.in_gsm_7(wanted.shrinks).shortened(wanted.shrinks),
        brief.shortened(wanted.shrinks, place=True),
        sheet.in_gsm_7(wanted.shrinks, place=True).shortened(wanted.shrinks),
    )
    return next(filter(fits_one, attempts), body)


def phrase(book: RuleBook, language: str, name: str, /, **values: str | int) -> str:
    """One of the short pieces of the book's texts, of any length. Raises ValueError like ``render``."""
    wanted = PHRASES.get(name)
    if wanted is None:
        raise ValueError(f"there is no phrase {name!r}")
    if values.keys() != set(wanted):
        raise ValueError(f"{name} takes {', '.join(wanted) or 'nothing'}, not {', '.join(values)}")
    _, text = _text_of(book, language, name)
    return filled(text, {key: neutral(str(value)) for key, value in values.items()})


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


def _text_of(book: RuleBook, language: str, name: str) -> tuple[str, str]:
    for tried in (language, *book.languages):
        text = book.texts.get(tried, {}).get(name)
        if text is not None:
            return tried, text
    raise ValueError(f"the rulebook {book.code} has no text {name!r} in any language")


def _neutral_value(value: Value) -> Value:
    if isinstance(value, str):
        return neutral(value)
    if isinstance(value, Gist):
        return Gist(neutral(value.place), neutral(value.matter), neutral(value.short))
    if isinstance(value, tuple):
        return tuple(neutral(item) for item in value)
    return value


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A text with its values on the way to one segment."""

    book: RuleBook
    language: str
    text: str
    values: Mapping[str, Value]

    def body(self) -> str:
        body = filled(self.text, self._words())
        plain = typewritten(body)
        return plain if plain != body and count_segments(plain).encoding is Encoding.GSM_7 else body

    def shortened(self, name: str) -> _Sheet:
        """As much of the value as fits; its least where that does not fit either."""
        value = self.values[name]
        if isinstance(value, tuple):
            return self._longest(name, len(value) - 1, lambda count: _Shown(value[:count], len(value)))
        if isinstance(value, Gist):
            if value.short and value.short != value.matter:
                short = self._with(name, replace(value, matter=value.short))
                if fits_one(short.body()):
                    return short
            return self._longest(
                name, len(value.matter), lambda length: replace(value, matter=cut(value.matter, length))
            )
        words = str(value)
        return self._longest(name, len(words), lambda length: cut(words, length))

    def in_gsm_7(self, names: tuple[str, ...]) -> _Sheet:
        """Values that may be shortened, without characters that GSM-7 lacks. A matter never vanishes altogether."""
        values = dict(self.values)
        for name in names:
            value = values[name]
            if isinstance(value, Gist):
                matter = gsm_7(value.matter) or phrase(self.book, self.language, "unknown_matter")
                values[name] = Gist(gsm_7(value.place), matter, gsm_7(value.short))
            elif isinstance(value, tuple):
                values[name] = tuple(gsm_7(item) for item in value)
            else:
                values[name] = gsm_7(str(value))
        return replace(self, values=values)

    def with_less_place(self, name: str) -> _Sheet:
        value = self.values[name]
        if not isinstance(value, Gist):
            return self
        return self._longest(name, len(value.place), lambda length: replace(value, place=cut(value.place, length)))

    def _longest(self, name: str, longest: int, make: Callable[[int], Value]) -> _Sheet:
        """The longest cut that fits, found by halving."""
        least = 1 if isinstance(self.values[name], tuple) else _LEAST
        best = self._with(name, make(min(least, longest)))
        low, high = least + 1, longest
        while low <= high:
            middle = (low + high) // 2
            tried = self._with(name, make(middle))
            if fits_one(tried.body()):
                best, low = tried, middle + 1
            else:
                high = middle - 1
        return best

    def _with(self, name: str, value: Value) -> _Sheet:
        return replace(self, values={**self.values, name: value})

    def _words(self) -> dict[str, str]:
        words = {"sender": self.book.sender.get(self.language) or next(iter(self.book.sender.values()))}
        for name, value in self.values.items():
            if isinstance(value, Gist):
                words[name] = self._gist(value)
            elif isinstance(value, tuple):
                words[name] = self._list(value)
                if name == "options":
                    words.update(self._answers(value))
            elif name in COUNTED and isinstance(value, int):
                words[name] = phrase(self.book, self.language, COUNTED[name], count=value) if value else ""
            else:
                words[name] = str(value)
        return words

    def _gist(self, gist: Gist) -> str:
        if not gist.place:
            return gist.matter
        return phrase(self.book, self.language, "gist", place=gist.place, matter=gist.matter)

    def _list(self, items: tuple[str, ...]) -> str:
        line = phrase(self.book, self.language, "list_separator").join(items)
        left = items.total - len(items) if isinstance(items, _Shown) else 0
        return line + phrase(self.book, self.language, "list_more", count=left) if left else line

    def _answers(self, options: tuple[str, ...]) -> dict[str, str]:
        between = phrase(self.book, self.language, "number_separator")
        numbers = [str(number) for number in range(1, len(options) + 1)]
        total = options.total if isinstance(options, _Shown) else len(options)
        spelled = phrase(self.book, self.language, "small_numbers").split()
        return {
            "numbers": between.join(numbers),
            "choices": phrase(self.book, self.language, "last_number_separator").join(
                [*filter(None, [between.join(numbers[:-1])]), *numbers[-1:]]
            ),
            "how_many": spelled[total - 1] if 0 < total <= len(spelled) else str(total),
        }


class _Shown(tuple[str, ...]):
    """The first items of a list, and how many there are in all."""

    total: int

    def __new__(cls, items: tuple[str, ...], total: int) -> _Shown:
        shown = super().__new__(cls, items)
        shown.total = total
        return shown


def _pieces_that_fit(book: RuleBook, language: str, number: str, text: str, total: int) -> list[str]:
    """Cut a text so that each piece fits its message."""
    _, template = _text_of(book, language, "more")
    pieces: list[str] = []
    while text or not pieces:
        sheet = _Sheet(book, language, template, {"number": number, "part": total, "parts": total, "text": ""})
        low, high = 1, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if fits_one(sheet._with("text", text[:middle]).body()):
                low = middle
            else:
                high = middle - 1
        length = good_break(text, low)
        pieces.append(text[:length].strip())
        text = text[length:].lstrip()
    return pieces


__all__ = [
    "Gist",
    "Value",
    "neutral",
    "parts",
    "phrase",
    "placeholders_in",
    "render",
]
