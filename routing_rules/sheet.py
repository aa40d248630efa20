"""A text with its values on the way to one segment: what gives way, how far, and in which order.

It knows the language's small words but no case. ``wording`` is the way in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from routing_rules.book_words import phrase
from routing_rules.plain_text import cut, filled, gsm_7, neutral, typewritten
from routing_rules.rulebook import RuleBook
from routing_rules.segments import Encoding, count_segments, fits_one
from routing_rules.templates import COUNTED


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

#: What is left of a shortened text at least, in characters; of a list, in items.
_LEAST, _LEAST_ITEMS = 2, 1


class Shown(tuple[str, ...]):
    """The first items of a list, and how many there are in all."""

    total: int

    def __new__(cls, items: tuple[str, ...], total: int) -> Shown:
        shown = super().__new__(cls, items)
        shown.total = total
        return shown


def neutral_value(value: Value) -> Value:
    """The value without characters that could reorder or hide what a text says."""
    if isinstance(value, str):
        return neutral(value)
    if isinstance(value, Gist):
        return Gist(neutral(value.place), neutral(value.matter), neutral(value.short))
    if isinstance(value, tuple):
        return tuple(neutral(item) for item in value)
    return value


def _words_of(value: Value) -> list[str]:
    """The texts in a value, empty ones left out."""
    if isinstance(value, Gist):
        value = (value.matter, value.short)
    words = value if isinstance(value, tuple) else (str(value),)
    return [word for word in words if word]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A text of a book in a language, and what stands in its placeholders."""

    book: RuleBook
    language: str
    text: str
    values: Mapping[str, Value]

    def body(self) -> str:
        """The text as it would leave. Typographic signs give way where they alone would keep it out of GSM-7."""
        body = filled(self.text, self._words())
        plain = typewritten(body)
        return plain if plain != body and count_segments(plain).encoding is Encoding.GSM_7 else body

    def shortened(self, names: tuple[str, ...], *, place: bool = False) -> str:
        """The text with the named values cut, one after the other, until it fits; at their least if it never does.

        With ``place`` the place of a gist gives way too, after everything else.
        """
        sheet = self
        for name in names:
            if fits_one(body := sheet.body()):
                return body
            sheet = sheet.cut_down(name)
        for name in names if place else ():
            if fits_one(body := sheet.body()):
                return body
            sheet = sheet._less_place(name)
        return sheet.body()

    def cut_down(self, name: str) -> Sheet:
        """As much of one value as fits; its least where that does not fit either."""
        value = self.values[name]
        if isinstance(value, tuple):
            return self._longest(name, _LEAST_ITEMS, len(value) - 1, lambda count: Shown(value[:count], len(value)))
        if isinstance(value, Gist):
            return self._less_matter(name, value)
        words = str(value)
        return self._longest(name, _LEAST, len(words), lambda length: cut(words, length))

    def is_mostly_gsm_7(self, names: tuple[str, ...]) -> bool:
        """Whether the named values lose little, and everything else nothing, when they go in GSM-7."""
        words = [word for name in names for word in _words_of(self.values[name])]
        body = self.in_gsm_7(names).body()
        return all(gsm_7(word) for word in words) and count_segments(body).encoding is Encoding.GSM_7

    def in_gsm_7(self, names: tuple[str, ...], *, place: bool = False) -> Sheet:
        """Without characters that GSM-7 lacks in the named values. A matter never vanishes altogether."""
        values = dict(self.values)
        for name in names:
            value = values[name]
            if isinstance(value, Gist):
                matter = gsm_7(value.matter) or phrase(self.book, self.language, "unknown_matter")
                where = gsm_7(value.place) if place else value.place
                values[name] = Gist(where, matter, gsm_7(value.short))
            elif isinstance(value, tuple):
                values[name] = tuple(gsm_7(item) for item in value)
            else:
                values[name] = gsm_7(str(value))
        return replace(self, values=values)

    def with_value(self, name: str, value: Value) -> Sheet:
        """The same text with one other value."""
        return replace(self, values={**self.values, name: value})

    def _less_matter(self, name: str, gist: Gist) -> Sheet:
        if gist.short and gist.short != gist.matter:
            short = self.with_value(name, replace(gist, matter=gist.short))
            if fits_one(short.body()):
                return short
        return self._longest(
            name, _LEAST, len(gist.matter), lambda length: replace(gist, matter=cut(gist.matter, length))
        )

    def _less_place(self, name: str) -> Sheet:
        gist = self.values[name]
        if not isinstance(gist, Gist):
            return self
        return self._longest(name, _LEAST, len(gist.place), lambda length: replace(gist, place=cut(gist.place, length)))

    def _longest(self, name: str, least: int, most: int, make: Callable[[int], Value]) -> Sheet:
        """The longest cut that fits, found by halving."""
        best = self.with_value(name, make(least))
        low, high = least + 1, most
        while low <= high:
            middle = (low + high) // 2
            tried = self.with_value(name, make(middle))
            if fits_one(tried.body()):
                best, low = tried, middle + 1
            else:
                high = middle - 1
        return best

    def _words(self) -> dict[str, str]:
        """Every value as words, and what is derived from options."""
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
        left = items.total - len(items) if isinstance(items, Shown) else 0
        return line + phrase(self.book, self.language, "list_more", count=left) if left else line

    def _answers(self, options: tuple[str, ...]) -> dict[str, str]:
        """How to answer what is shown ("1、2或3"), and in a word how many there are in all."""
        between = phrase(self.book, self.language, "number_separator")
        numbers = [str(number) for number in range(1, len(options) + 1)]
        before_last = between.join(numbers[:-1])
        choices = ([before_last] if before_last else []) + numbers[-1:]
        total = options.total if isinstance(options, Shown) else len(options)
        spelled = phrase(self.book, self.language, "small_numbers").split()
        return {
            "numbers": between.join(numbers),
            "choices": phrase(self.book, self.language, "last_number_separator").join(choices),
            "how_many": spelled[total - 1] if 0 < total <= len(spelled) else str(total),
        }
