"""What texts are made of, below templates: plain ``{name}`` placeholders, harmless characters, clean cuts.

It knows no rulebook and no language.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from string import Formatter

from routing_rules.segments import Encoding, count_segments

#: Signs that texts written on a telephone hold and GSM-7 does not. One of them would more than halve the room.
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " "})

#: Control characters, direction marks and zero-width signs could reorder or hide what a text says.
_LINE_BREAKS = dict.fromkeys([*range(0x09, 0x0E), 0x85, 0x2028, 0x2029], " ")
_HIDDEN = dict.fromkeys(
    [
        *range(0x20),
        *range(0x7F, 0xA0),
        0xAD,
        0x061C,
        0x200B,
        0x200E,
        0x200F,
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        0xFEFF,
        *range(0xFFF9, 0xFFFC),
        *range(0xE0000, 0xE0080),
    ],
    "",
)
_NEUTRAL = {**_HIDDEN, **_LINE_BREAKS}

#: A cut leaves nothing that asks for more behind it.
_LOOSE_ENDS = " ,;:.-，；：。、（(“\"‘'\u200d"


def neutral(text: str) -> str:
    """The text in one line without control, direction and zero-width characters and lone surrogates."""
    text = text.translate(_NEUTRAL)
    return "".join(c for c in text if not "\ud800" <= c <= "\udfff") if not text.isascii() else text


def typewritten(text: str) -> str:
    """The text with the quotes, dashes and dots of a typewriter."""
    return text.translate(_PLAIN)


def gsm_7(text: str) -> str:
    """The text without the characters that GSM-7 lacks; empty when that would leave less than half of it."""
    kept = "".join(c for c in typewritten(text) if count_segments(c).encoding is Encoding.GSM_7)
    return " ".join(kept.split()) if 2 * len(kept) > len(text) else ""


def placeholders_in(text: str) -> tuple[str, ...]:
    """The names in braces, in order. Raises ValueError for anything but a plain ``{name}``."""
    return tuple(name for _, name in _split(text) if name is not None)


@lru_cache(maxsize=4096)
def _split(text: str) -> tuple[tuple[str, str | None], ...]:
    """A text as pairs of words and the placeholder behind them."""
    found = []
    try:
        for words, name, form, conversion in Formatter().parse(text):
            if name is not None and (form or conversion or not name.isidentifier()):
                raise ValueError(name)
            found.append((words, name))
    except ValueError as error:
        raise ValueError(f"a placeholder is a plain name in braces, {{number}}, and nothing more ({error})") from None
    return tuple(found)


def filled(text: str, values: Mapping[str, str]) -> str:
    return "".join(words + (values[name] if name is not None else "") for words, name in _split(text))


def cut(words: str, length: int) -> str:
    """The first characters with an ellipsis in the place of the rest."""
    if length >= len(words):
        return words
    return words[:length].rstrip(_LOOSE_ENDS) + "…"


def good_break(text: str, length: int) -> int:
    """Where to break a text at the latest: at a space where one is near, never inside a joined sign."""
    if length >= len(text):
        return len(text)
    space = text.rfind(" ", 0, length + 1)
    if space > length * 2 // 3:
        return space
    while length > 1 and (
        text[length] in _JOINING or text[length - 1] == "\u200d" or "\u0300" <= text[length] < "\u0370"
    ):
        length -= 1
    return length


#: Signs that belong to the one before them: joiner, variation selectors.
_JOINING = "\u200d\ufe0e\ufe0f"
