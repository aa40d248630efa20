"""Finds the names of a registry in a text, in one pass, each with everything in the city that bears it.

It decides what is a name and what only looks like one; it does not decide which of several bearers is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from routing_rules.areas import Area, Level, Place, Registry
from routing_rules.normalise import HAN, fold, normalise
from routing_rules.word_index import WordIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """An area or a place that bears a name."""

    #: Code of the area or place.
    code: str
    #: The smallest area that holds it; an area holds itself.
    area: str
    #: "road", "compound", … of a place, the level of an area.
    kind: str
    #: None for an area.
    place: Place | None
    #: How it bears the name: "name", "alias", "short name".
    by: str
    #: The name says nothing about what it is ("竹山" for 竹山社区), so what stands around it has to.
    bare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A name in a text."""

    #: Positions in the normalised text of the first character and after the last one.
    start: int
    end: int
    #: The name as written.
    word: str
    #: Everything that bears it, in the order of the registry, areas first.
    bearers: tuple[Bearer, ...]


class NameIndex:
    """All names of a registry, compiled."""

    def __init__(self, registry: Registry) -> None:
        names: dict[str, dict[str, Bearer]] = {}
        for name, bearer in _all_names(registry):
            bearers = names.setdefault(_written(normalise(name)).text, {})
            if bearer.code not in bearers:
                bearers[bearer.code] = bearer
        self._bearers = {name: tuple(bearers.values()) for name, bearers in names.items()}
        self._words = WordIndex(names)

    def find(self, text: str) -> list[Mention]:
        """The names in a normalised text, from left to right.

        Of names that overlap the one that begins first counts, and of those that begin together the
        longest: 毛竹山 is not 竹山.
        """
        written = _written(text)
        mentions: list[Mention] = []
        free_from = 0
        for start, end, name in self._words.find(written.text):
            if start < free_from:
                continue
            begin, stop = written.original(start), written.original_end(end)
            follows = bool(mentions) and mentions[-1].end == begin and _is_area(mentions[-1])
            bearers = _meant(self._bearers[name], text, begin, stop, follows)
            if not bearers:
                continue
            free_from = end
            mentions.append(Mention(start=begin, end=stop, word=text[begin:stop], bearers=bearers))
        return mentions


# How names are written

_ABBREVIATIONS = {
    "rd": "road", "st": "street", "str": "street", "ave": "avenue", "av": "avenue", "blvd": "boulevard",
    "dr": "drive", "ln": "lane", "ct": "court", "pl": "place", "sq": "square", "ter": "terrace",
    "hwy": "highway", "pkwy": "parkway", "cir": "circle", "aly": "alley", "brg": "bridge", "ctr": "center",
    "centre": "center", "bldg": "building", "gdns": "gardens", "pk": "park", "mt": "mount", "ft": "fort",
    "dist": "district", "comm": "community", "n": "north", "s": "south", "e": "east", "w": "west",
    "ne": "northeast", "nw": "northwest", "se": "southeast", "sw": "southwest",
}  # fmt: skip
_ABBREVIATED = re.compile(
    rf"(?<![0-9a-z'’])(?:{'|'.join(sorted(_ABBREVIATIONS, key=len, reverse=True))})(?![0-9a-z])\.?"
)


@dataclass(frozen=True, slots=True)
class _Written:
    """A text in the form in which names are compared, and the way back to the positions in the text."""

    text: str
    #: Position in the text of each character, None where nothing moved.
    positions: list[int] | None

    def original(self, at: int) -> int:
        return at if self.positions is None else self.positions[at]

    def original_end(self, at: int) -> int:
        return at if self.positions is None else self.positions[at - 1] + 1


def _written(text: str) -> _Written:
    """Lower case, the abbreviations of English addresses in full: "Yangang W. Rd" → "yangang west road"."""
    folded = fold(text)
    pieces: list[str] = []
    positions: list[int] = []
    done = 0
    for found in _ABBREVIATED.finditer(folded):
        pieces.append(folded[done : found.start()])
        positions.extend(range(done, found.start()))
        full = _ABBREVIATIONS[found.group().rstrip(".")]
        pieces.append(full)
        # The last letter stands for the last one written, so that a span ends where the abbreviation ends.
        positions.extend([found.start()] * (len(full) - 1) + [found.end() - 1])
        done = found.end()
    if not pieces:
        return _Written(folded, None)
    pieces.append(folded[done:])
    positions.extend(range(done, len(folded)))
    return _Written("".join(pieces), positions)


# Which names there are

_COMMITTEE = re.compile("(?:居民委员会|村民委员会|居委会|村委会)$")
_KIND_OF_AREA = re.compile("(?:社区|街道|[村镇乡区县])$")
_SOUNDS_LIKE_A_ROAD = re.compile("[路街巷弄道]$")


def _all_names(registry: Registry) -> Iterator[tuple[str, Bearer]]:
    for area in registry.areas.values():
        yield from _area_names(area)
    for place in registry.places:
        for by, names in (("name", tuple(place.names.values())), ("alias", place.aliases)):
            for name in names:
                yield name, Bearer(code=place.code, area=place.area, kind=place.kind, place=place, by=by)


def _area_names(area: Area) -> Iterator[tuple[str, Bearer]]:
    def bearer(by: str, bare: bool = False) -> Bearer:
        return Bearer(code=area.code, area=area.code, kind=str(area.level), place=None, by=by, bare=bare)

    official = tuple(area.names.values())
    for by, names in (("name", official), ("alias", area.aliases)):
        for name in names:
            yield name, bearer(by, bare=bool(HAN.search(name)) and not _says_what_it_is(name))
    for name in official:
        common = common_name(name)
        yield common, bearer("name", bare=not _says_what_it_is(common) and bool(HAN.search(common)))
        short = _KIND_OF_AREA.sub("", common)
        if len(short) >= 2 and HAN.search(short) and not _SOUNDS_LIKE_A_ROAD.search(short):
            yield short, bearer("short name", bare=True)


def common_name(official: str) -> str:
    """What people call an area: "蓬莱社区居委会" → "蓬莱社区", "桥头村村委会" and "桥头村委会" → "桥头村"."""
    common = _COMMITTEE.sub("", official)
    if common == official or _KIND_OF_AREA.search(common):
        return common
    return common + ("村" if "村" in official[len(common) :] else "社区")


def _says_what_it_is(name: str) -> bool:
    return bool(_KIND_OF_AREA.search(name) or _COMMITTEE.search(name)) or name.endswith(("格", "办", "管理区"))


# Which names are meant

#: A bare name followed by one of these is the name of something else: 蓬莱路 is not in 蓬莱 for certain.
_ANOTHER_NAME = re.compile(
    "路(?![灯燈面边上人障牌况旁])|街(?![边面上头])|巷|弄(?![堂得])|大道|小区|花园|花苑|公寓|新村|大厦|大楼|广场|公园|苑|庄|"
    "大桥|桥|山|岛|湾|港|码头|市场|菜场|学校|小学|中学|医院|幼儿园|车站|站|大酒店|酒店|宾馆|工业|街道|镇|乡|"
    "期|时段|[东西南北中]?路(?![灯燈面边上人障牌况旁])"
)
#: The same for the name of a compound or landmark.
_A_ROAD_OF_THAT_NAME = re.compile("[东西南北中]?(?:路(?![灯燈面边上口人障牌况旁])|街(?![边面上口头道])|大道)")
#: Characters that end a word before a bare name; any other Chinese character may belong to a longer name.
_WORD_ENDS = frozenset("在住到于去往从由们是我你他她咱家和与跟及的了离近就里有至给请问说看")
#: Behind a name they make it that of an area, before it that of a place.
_IN_AN_AREA = re.compile("村民|居民|村里|村口|村委|村(?![上下])|社区|附近|这边|那边|这里|那里|一带")
_LIVES = re.compile("(?:住在|家住|我住|位于|地点在?|地址[是在]?|家在)[:, ]?$")
#: A town that the registry does not know, right before a name: 青山村 of another town is not ours.
_OTHER_TOWN = re.compile("(?<![本全我们这个])(?:[镇乡]|街道)$")
_DIRECTION = re.compile(r"\b(?:north|south|east|west|[nsew])\.? $")


def _meant(bearers: tuple[Bearer, ...], text: str, start: int, end: int, follows: bool) -> tuple[Bearer, ...]:
    """Those of the bearers that can be meant, by what stands around the name.

    ``follows``: it stands right behind the name of an area.
    """
    if not HAN.match(text[start]):
        # "North Main St" is another road than Main St, or the far end of it.
        if _DIRECTION.search(fold(text[max(0, start - 7) : start])):
            return tuple(each for each in bearers if each.kind != "road")
        return bearers
    meant = tuple(each for each in bearers if _can_be_meant(each, text, start, end, follows))
    if len(meant) == 1 and meant[0].by == "short name" and end - start == 2 and not follows:
        return meant if _is_a_place_here(text, start, end) else ()
    return meant


def _is_a_place_here(text: str, start: int, end: int) -> bool:
    """Whether two characters that name an area are no ordinary word here: 幸福 is happiness, then a village.

    Without this 90 of 26,000 complaints and private texts from elsewhere would be placed wrongly. Who wants
    such a name to count everywhere writes it into the registry as an alias. Where several areas bear it
    there is a question anyway.
    """
    if _IN_AN_AREA.match(text, end):
        return True
    if end < len(text) and HAN.match(text[end]) and not _LIVES.search(text, 0, start):
        return False
    return start == 0 or not HAN.match(text[start - 1]) or _LIVES.search(text, 0, start) is not None


def _is_area(mention: Mention) -> bool:
    return all(bearer.place is None for bearer in mention.bearers)


def _can_be_meant(bearer: Bearer, text: str, start: int, end: int, follows: bool) -> bool:
    if bearer.place is None and not follows and _OTHER_TOWN.search(text, 0, start):
        return False
    if bearer.bare:
        begins = follows or start == 0 or not HAN.match(text[start - 1]) or text[start - 1] in _WORD_ENDS
        return begins and not _ANOTHER_NAME.match(text, end)
    if bearer.kind in ("compound", "landmark", "building"):
        return not _A_ROAD_OF_THAT_NAME.match(text, end)
    return True


def is_below_district(bearer: Bearer) -> bool:
    """Whether the bearer says more than the name of a district."""
    return bearer.kind != Level.DISTRICT
