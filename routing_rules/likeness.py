"""Whether two texts name the same thing and complain about the same of it, by their words alone.

For places that the gazetteer does not know: a new compound, a building site, a firm. What it finds is a reason to ask,
never to join in silence. It looks nothing up, knows neither cases nor people, and no name stands in it: a name is what
is left beside the name of an area or before a word like 小区 once the words that every report has are taken away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

from ahocorasick_rs import AhoCorasick, MatchKind

from routing_rules import likeness_words as words
from routing_rules.normalise import HAN, fold

#: Characters of a text that are read: name and matter stand at its head, and the rest of a long one is about
#: everything. Measured: 100 to 150 is best, twice that finds false names.
REACH = 120
#: At least this much alike, see ``Likeness.score``. Read off the messages of even clusters.
LIKE_ENOUGH = 0.12
#: What one category adds. Another one takes nothing away: what one resident calls noise the next calls dust.
SAME_CATEGORY = 0.05
#: A name that more open cases than this share is the name of a part of town, not of one matter's place.
MOST_CASES_OF_A_NAME = 8
#: A case is no longer looked at when nobody reported it for so many days.
LIKE_DAYS = 60
#: A shared piece of a name: four characters, or three where that is the whole name.
_PIECE = 4
_SHORTEST = 3
#: Letters of an English name at least.
_SHORTEST_LATIN = 6
#: Characters of a mark.
_MARK = 3


@dataclass(frozen=True, slots=True)
class Wording:
    """What of a text is compared."""

    #: What it names, as it stands there.
    names: tuple[str, ...]
    #: All its words but those said in passing, with blanks between them: there a name of another text may stand.
    body: str
    #: Pairs of characters (in English: words) that say what is the matter, without the names.
    matter: frozenset[str]
    #: The marks of the names, see ``marks_of``; what a case is found by.
    marks: frozenset[int]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why a text may be about the matter of a case."""

    number: int
    #: Cosine of what is the matter, with a little for one category.
    score: float
    #: The piece of a name that both have, and what else they share, for people who ask.
    name: str
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """An open case as far as it matters here."""

    #: The number under which it goes on: that of the case it was merged into.
    number: int
    category: str | None
    wording: Wording


# -- reading ------------------------------------------------------------------------------------------------------

_CUT, _BEHIND = "|", "$"
_AREA = "@"
#: What has a meaning in what follows must not come from the text.
_OURS = str.maketrans(dict.fromkeys((_CUT, _BEHIND, _AREA), " "))
_SIGNS = {
    **dict.fromkeys((*words.PASSING, *words.MATTERS), _CUT),
    **dict.fromkeys(words.BEHIND_A_NAME, _BEHIND),
}
_WORDS = tuple(_SIGNS)
_INDEX = AhoCorasick(list(_WORDS), matchkind=MatchKind.LeftmostLongest)
#: For what is the matter only what says nothing is cut out.
_SAYS_NOTHING = frozenset((*words.PASSING, *words.BEHIND_A_NAME))
_GENERAL = AhoCorasick(list(words.GENERAL), matchkind=MatchKind.LeftmostLongest)
_GENERAL_WORDS = frozenset(words.GENERAL)
#: The names of areas that end in a word for one, whatever the city.
_AREAS = re.compile(r"[\u3400-\u9fff]{1,4}(?:街道|大道|镇|乡|社区)(?=[\u3400-\u9fff])")
#: "定海区" before a name; 小区, 园区 and their like are none.
_BEGINS_WITH_AREA = re.compile(r"[\u3400-\u9fff]{1,2}[^小校园景片辖城社郊@$|][市县区](?=[\u3400-\u9fff]{2})")
_OTHER = re.compile(r"[^\u3400-\u9fffa-z0-9@$|]+")
#: A run of characters with the sign of an area before it and that of a word like 小区 behind it.
_RUN = re.compile(r"(@?)([^@$|]{3,})(\$?)")
_NUMBER = re.compile(r"\d{3,}")
_BETWEEN = re.compile(r"[^@$|]+")
_PLAIN = re.compile(r"[^@$|0-9]{2,}")
_DIGITS = re.compile(r"\d+")
_ENGLISH = re.compile(r"[A-Za-z][A-Za-z'&-]*|[.!?;,]")
_ENGLISH_NOTHING = frozenset((*words.ENGLISH_PASSING, *words.ENGLISH_BEHIND_A_NAME))
_ENGLISH_BEHIND = frozenset(words.ENGLISH_BEHIND_A_NAME)


@lru_cache(maxsize=8192)
def read_wording(text: str, areas: tuple[tuple[int, int], ...] = ()) -> Wording:
    """What of a text in its normal form is compared. ``areas`` are where the known names of places stand in it."""
    plain = text[:REACH].translate(_OURS)
    for start, end in areas:
        if start < len(plain):
            plain = plain[:start] + (_AREA * (end - start))[: len(plain) - start] + plain[end:]
    return _chinese(fold(plain)) if HAN.search(plain) else _english(plain)


def _chinese(text: str) -> Wording:
    text = _OTHER.sub(_CUT, text)
    text = _AREAS.sub(_AREA, text)
    without_passing, pieces = _cut(text)
    names = tuple(dict.fromkeys(_names(pieces)))
    rest = without_passing
    for name in sorted(names, key=len, reverse=True):
        rest = rest.replace(name, _CUT)
    matter = frozenset(part[at : at + 2] for part in _PLAIN.findall(rest) for at in range(len(part) - 1))
    body = " ".join(part for part in _BETWEEN.findall(without_passing) if len(part) >= _SHORTEST)
    return Wording(names, body, matter, frozenset(_marks(names)))


def _cut(text: str) -> tuple[str, list[str]]:
    """The text without what is said in passing; and its pieces, with a sign of what stands between two of them."""
    plain: list[str] = []
    pieces: list[str] = []
    at = 0
    for index, start, end in _INDEX.find_matches_as_indexes(text):
        between = text[at:start]
        plain += (between, _CUT if _WORDS[index] in _SAYS_NOTHING else text[start:end])
        pieces += (between, _SIGNS[_WORDS[index]])
        at = end
    plain.append(text[at:])
    pieces.append(text[at:])
    return "".join(plain), pieces


def _names(pieces: Sequence[str]) -> Iterable[str]:
    """What stands right behind the name of an area or right before a word like 小区."""
    for behind_area, run, before in _RUN.findall("".join(pieces)):
        begins = _BEGINS_WITH_AREA.match(run)
        name = run[begins.end() :] if begins else run
        if behind_area or begins or before:
            name = _DIGITS.sub("", name) if _NUMBER.search(name) else name
            if len(name) >= _SHORTEST and _tells(name):
                yield name


def _tells(name: str) -> bool:
    """Whether enough of a name is left without the words for kinds of things."""
    if name.isascii():
        return len(name) >= _SHORTEST_LATIN
    covered = sum(end - start for _, start, end in _GENERAL.find_matches_as_indexes(name))
    return covered == 0 or len(name) - covered >= _SHORTEST


def _english(text: str) -> Wording:
    """Names are words in capitals one behind the other, or those before "Apartments" and its like."""
    names: list[str] = []
    run: list[str] = []
    told: set[str] = set()
    begins = True
    for word in (*_ENGLISH.findall(text.replace(_AREA, " ")), "."):
        low = word.lower()
        proper = word[0].isupper() and low not in words.ENGLISH_PASSING
        if proper and not (begins and not run and word.isupper()):
            run.append(low)
        else:
            if len(run) > 1 or (run and low in _ENGLISH_BEHIND):
                names.append(" ".join([*run, low] if low in _ENGLISH_BEHIND else run))
            elif run:
                told.update(run)
            run = []
            told.add(low)
        begins = not word[0].isalpha()
    kept = tuple(dict.fromkeys(name for name in names if len(name) >= _SHORTEST_LATIN))
    matter = frozenset(word for word in told if len(word) > 3 and word not in _ENGLISH_NOTHING)
    body = " ".join(word.lower() for word in _ENGLISH.findall(text) if word[0].isalpha())
    return Wording(kept, body, matter, frozenset(_marks(kept)))


# -- marks --------------------------------------------------------------------------------------------------------


def _marks(names: Iterable[str]) -> Iterable[int]:
    for name in names:
        for at in range(len(name) - _MARK + 1):
            yield _packed(name[at : at + _MARK])


def _packed(three: str) -> int:
    """Three characters in one number of 63 bits, which a database compares faster than text."""
    return ord(three[0]) << 42 | ord(three[1]) << 21 | ord(three[2])


def probes_of(wording: Wording) -> set[int]:
    """The marks by which cases may be found that name something in this text."""
    return {
        _packed(part[at : at + _MARK]) for part in wording.body.split(" ") for at in range(len(part) - _MARK + 1)
    } | wording.marks


# -- comparing ----------------------------------------------------------------------------------------------------


def most_like(wording: Wording, category: str | None, cases: Collection[Known]) -> Likeness | None:
    """The case whose matter a text is most likely about, or None where none is like enough.

    ``cases`` are those that share a mark with it; one with several texts comes several times.
    """
    best: Likeness | None = None
    bearers: dict[str, set[int]] = {}
    for known in cases:
        shared = wording.matter & known.wording.matter
        score = len(shared) / sqrt(len(wording.matter) * len(known.wording.matter)) if shared else 0.0
        if category is not None and category == known.category:
            score += SAME_CATEGORY
        if score < LIKE_ENOUGH or (best is not None and score <= best.score):
            continue
        name = shared_name(wording, known.wording)
        if not name:
            continue
        if name not in bearers:
            bearers[name] = {each.number for each in cases if any(name in theirs for theirs in each.wording.names)}
        if len(bearers[name]) <= MOST_CASES_OF_A_NAME:
            best = Likeness(known.number, round(score, 3), name, tuple(sorted(shared)))
    return best


def shared_name(ours: Wording, theirs: Wording) -> str:
    """The longest piece of a name of one text that stands in the other; "" where none says enough."""
    one = _piece(ours.names, theirs.body)
    other = _piece(theirs.names, ours.body)
    return one if len(one) >= len(other) else other


def _piece(names: Iterable[str], body: str) -> str:
    best = ""
    for name in names:
        if name.isascii():
            if len(name) > len(best) and f" {name} " in f" {body} ":
                best = name
            continue
        shortest = min(len(name), max(_PIECE, len(best) + 1))
        for at in range(len(name) - shortest + 1):
            end = at + max(shortest, len(best) + 1)
            # The longest piece that begins here: each longer one holds the shorter.
            while end <= len(name) and name[at:end] in body:
                end += 1
            piece = name[at : end - 1]
            if len(piece) >= shortest and len(piece) > len(best) and _tells(piece):
                best = piece
    return best


# -- an index in memory -------------------------------------------------------------------------------------------


class LikenessIndex:
    """Open cases by their marks: what the table of marks is to the gateway, for measures and rehearsals."""

    def __init__(self, usable: Callable[[int], bool] = lambda number: True) -> None:
        """``usable`` says whether a case may still be joined."""
        self._usable = usable
        self._texts: dict[int, list[Known]] = {}
        self._cases: dict[int, set[int]] = {}

    def add(self, number: int, category: str | None, wording: Wording) -> None:
        """One more text of a case."""
        self._texts.setdefault(number, []).append(Known(number, category, wording))
        for mark in wording.marks:
            self._cases.setdefault(mark, set()).add(number)

    def find(self, wording: Wording, category: str | None) -> Likeness | None:
        """The case that a text is most like."""
        hits: dict[int, int] = {}
        for mark in probes_of(wording):
            cases = self._cases.get(mark, ())
            if len(cases) <= MOST_CASES_OF_A_MARK:
                for number in cases:
                    hits[number] = hits.get(number, 0) + 1
        if not hits:
            return None
        ranked = sorted(hits, key=lambda number: (-hits[number], -number))
        usable = [number for number in ranked if self._usable(number)][:MOST_CANDIDATES]
        texts = [text for number in usable for text in self._texts[number][-MOST_TEXTS:]]
        return most_like(wording, category, texts)


#: Cases that are compared with one text, those with the most marks in common; and texts of one case, the latest.
MOST_CANDIDATES = 16
MOST_TEXTS = 12
#: A mark that more cases have finds nothing: it belongs to a word, not to a name.
MOST_CASES_OF_A_MARK = 200
