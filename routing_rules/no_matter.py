"""Reads whether a text is no matter for an office at all: private talk, advertising, or an answering machine.

Signs with weights set by hand are added up, and every reading names the signs that decided. In doubt a text is a
matter: a complaint taken for talk is worse than talk that opens a case. What is recognised is kept with its verdict and
listed for the desk; this room drops nothing and answers nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from routing_rules import chat_signs, spam_signs
from routing_rules.normalise import fold, language_of, normalise
from routing_rules.signs import Found, SignTable


class Kind(StrEnum):
    """What a text is instead of a matter."""

    CHITCHAT = "chitchat"
    SPAM = "spam"
    AUTOREPLY = "autoreply"
    #: It may be talk and may be a matter, or has no sign of either: somebody must ask.
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMatter:
    """A text that is no matter, and why."""

    kind: Kind
    #: For spam and machines the sum of what speaks for it. For talk what speaks for a matter, less what speaks for
    #: talk: the lower, the surer.
    score: float
    #: The signs that decided, in the order of the text.
    signs: tuple[str, ...]


#: From this sum on a text is a matter, by language. Of complaints 98 in 100 reach it, of private texts not one in 100.
MATTER = {"zh": 3.0, "en": 0.65}
#: From this sum on a text is spam.
SPAM = 4.0
AUTOREPLY = 4.0
#: An answering machine says what it is at once; further down people tell of one.
_MACHINES_BEGIN_WITHIN = 60
#: What the words of the rulebook can add at most: a word that a book gives to a category may be anybody's.
_SHARE_OF_THE_BOOK = 0.1
_MOST_FROM_THE_BOOK = 1.0
_PLACE = 4.0
#: What talk can take away at most.
_MOST_FROM_TALK = 8.0
#: A sign of a matter with less weight stands in advertisements as often.
_SAYS_A_MATTER = 2.0


def read(text: str, *, matter: float = 0.0, place: bool = False) -> NoMatter | None:
    """What a text is if it is no matter; None when it is one, or may be.

    ``matter`` is how strongly the words of the rulebook speak for a category (``Classification.score``), ``place``
    whether the text names a place of the city. Neither decides alone: friends meet at places, too.
    """
    text = normalise(text)
    folded = fold(text)
    known = min(matter * _SHARE_OF_THE_BOOK, _MOST_FROM_THE_BOOK) + (_PLACE if place else 0.0)
    return _autoreply(folded) or _spam(text, folded, known) or _talk(text, folded, known)


def _autoreply(folded: str) -> NoMatter | None:
    found = _machines().find(folded[:_MACHINES_BEGIN_WITHIN])
    if found.total < AUTOREPLY or found.total - _named_matters(folded) < AUTOREPLY:
        return None
    return NoMatter(kind=Kind.AUTOREPLY, score=found.total, signs=tuple(found.weights))


def _spam(text: str, folded: str, known: float) -> NoMatter | None:
    """What a complaint names counts against it: residents write prices, numbers and addresses of the web, too."""
    found = dict(_advertising().find(folded).weights)
    chinese = language_of(text) == "zh"
    for name, weight, english, form in spam_signs.SPAM_FORMS:
        if not (english and chinese) and form.search(text):
            found[name] = weight
    score = sum(found.values())
    if score < SPAM:
        return None
    score += _no_advertising().find(folded).total - known - _named_matters(folded)
    if score < SPAM:
        return None
    return NoMatter(kind=Kind.SPAM, score=round(score, 1), signs=tuple(found))


def _talk(text: str, folded: str, known: float) -> NoMatter | None:
    """Residents chat while they complain: much talk weighs no more than some, and talk with a matter in it is asked."""
    found = talk(folded)
    language = "zh" if language_of(folded) == "zh" else "en"
    matter = sum(weight for weight in found.weights.values() if weight > 0)
    private = {sign: weight for sign, weight in found.weights.items() if weight < 0}
    if language == "en" and chat_signs.TITLE.fullmatch(text):
        matter += chat_signs.TITLE_SAYS
    score = matter + known + max(sum(private.values()), -_MOST_FROM_TALK)
    if score >= MATTER[language]:
        return None
    kind = Kind.CHITCHAT if private and matter < _SAYS_A_MATTER else Kind.UNCLEAR
    return NoMatter(kind=kind, score=round(score, 1), signs=tuple(private))


def _named_matters(folded: str) -> float:
    """How much the text names that complaints are about."""
    return sum(weight for weight in talk(folded).weights.values() if weight >= _SAYS_A_MATTER)


def talk(folded: str) -> Found:
    """What speaks for a matter (above 0) and for private talk (below 0) in a folded text."""
    return (_talk_in_chinese() if language_of(folded) == "zh" else _talk_in_english()).find(folded)


# -- tables, compiled when first read -----------------------------------------------------------------------------


@cache
def _talk_in_chinese() -> SignTable:
    return SignTable(_against(chat_signs.CHAT_ZH), chat_signs.MATTER_ZH)


@cache
def _talk_in_english() -> SignTable:
    return SignTable(_against(chat_signs.CHAT_EN), chat_signs.MATTER_EN)


@cache
def _advertising() -> SignTable:
    return SignTable(spam_signs.SPAM_ZH, spam_signs.SPAM_EN)


@cache
def _no_advertising() -> SignTable:
    return SignTable(_against(spam_signs.NOT_SPAM_ZH), _against(spam_signs.NOT_SPAM_EN))


@cache
def _machines() -> SignTable:
    return SignTable(spam_signs.AUTOREPLY)


def _against(table: Mapping[float, str]) -> dict[float, str]:
    return {-weight: signs for weight, signs in table.items()}
