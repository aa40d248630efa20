"""Finds the names of a registry in a text, in one pass, each with everything in the city that bears it.

It decides what is a name and what only looks like one; it does not decide which of several bearers is meant.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from routing_rules.areas import Area, Level, Place, Registry
from routing_rules.normalise import HAN, fold
from routing_rules.registry_places import NAMELESS_KINDS
from routing_rules.street_addresses import corner_key, in_full, street_key
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
    #: The name in the form in which names are compared, for looking up corners.
    name: str = ""


class NameIndex:
    """All names of a registry, compiled."""

    def __init__(self, registry: Registry) -> None:
        names: dict[str, dict[str, Bearer]] = {}
        for name, bearer in names_of(registry, {*registry.areas, *(place.area for place in registry.places)}):
            bearers = names.setdefault(street_key(name), {})
            if bearer.code not in bearers:
                bearers[bearer.code] = bearer
        self._bearers = {name: tuple(bearers.values()) for name, bearers in names.items()}
        self._words = WordIndex(names)
        self.corners = _corners(registry)

    def find(self, text: str) -> list[Mention]:
        """The names in a normalised text, from left to right.

        Of names that overlap the one that begins first counts, and of those that begin together the
        longest: 毛竹山 is not 竹山.
        """
        written = in_full(text)
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
            mentions.append(Mention(start=begin, end=stop, word=text[begin:stop], bearers=bearers, name=name))
        return mentions


# Which names there are


_COMMITTEE = re.compile("(?:居民委员会|村民委员会|居委会|村委会)$")
_KIND_OF_AREA = re.compile("(?:社区|街道|[村镇乡区县])$")
_SOUNDS_LIKE_A_ROAD = re.compile("[路街巷弄道]$")


def names_of(registry: Registry, areas: Container[str]) -> Iterator[tuple[str, Bearer]]:
    """Every name of these areas and of the places in them, with who bears it."""
    for area in registry.areas.values():
        if area.code in areas:
            yield from _area_names(area)
    for place in registry.places:
        if place.area not in areas or place.kind in NAMELESS_KINDS or place.kind == "corner":
            continue
        for by, names in (("name", tuple(place.names.values())), ("alias", place.aliases)):
            for name in names:
                yield name, Bearer(code=place.code, area=place.area, kind=place.kind, place=place, by=by)


def _corners(registry: Registry) -> Mapping[tuple[str, str], tuple[Bearer, ...]]:
    """The corners that the registry knows by name ("Adams St & Dudley St"), by the names of their roads."""
    corners: dict[tuple[str, str], list[Bearer]] = {}
    for place in registry.places:
        if place.kind != "corner":
            continue
        for name in (*place.names.values(), *place.aliases):
            one, joined, other = (part.strip() for part in name.partition("&"))
            if joined and one and other:
                bearer = Bearer(code=place.code, area=place.area, kind="corner", place=place, by="name")
                corners.setdefault(corner_key(one, other), []).append(bearer)
    return {key: tuple(bearers) for key, bearers in corners.items()}


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
WORD_ENDS = frozenset("在住到于去往从由们是我你他她咱家和与跟及的了离近就里有至给请问说看")
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
        return _meant_in_english(bearers, text, start, end)
    meant = tuple(each for each in bearers if _can_be_meant(each, text, start, end, follows))
    if len(meant) == 1 and meant[0].by == "short name" and end - start == 2 and not follows:
        return meant if _is_a_place_here(text, start, end) else ()
    return meant


#: Behind the name of an area they make it that of a road: "Hyde Park Ave" is not in Hyde Park for certain.
_A_ROAD_FOLLOWS = re.compile(
    r" (?:road|rd|street|st|avenue|ave|av|lane|ln|drive|dr|court|ct|place|pl|square|sq|terrace|ter|way|highway|hwy|"
    r"boulevard|blvd|parkway|pkwy|circle|cir|path|row|wharf|park)\b(?! and\b)",
    re.IGNORECASE,
)
#: A capitalised word right before the name of a road belongs to it: "Franklin Park St" is not Park St.
_PART_OF_A_NAME = re.compile(r"(?<![A-Za-z'])([A-Z][a-z']+) $")
_NO_PART_OF_A_NAME = frozenset(
    {
        "of", "at", "on", "in", "and", "near", "by", "from", "to", "the", "corner", "intersection", "junction",
        "opposite", "behind", "outside", "between", "along",
    }
)  # fmt: skip


def _meant_in_english(bearers: tuple[Bearer, ...], text: str, start: int, end: int) -> tuple[Bearer, ...]:
    # "North Main St" is another road than Main St, or the far end of it.
    longer = _DIRECTION.search(fold(text[max(0, start - 7) : start])) or _is_part_of_a_name(text, start)
    road_follows = _A_ROAD_FOLLOWS.match(text, end) is not None
    return tuple(
        each for each in bearers if not (longer if each.kind == "road" else each.place is None and road_follows)
    )


def _is_part_of_a_name(text: str, start: int) -> bool:
    found = _PART_OF_A_NAME.search(text, max(0, start - 32), start)
    if found is None or not text[start].isupper() or found[1].lower() in _NO_PART_OF_A_NAME:
        return False
    # The first word of a sentence has its capital from there.
    before = text[: found.start()].rstrip()
    return bool(before) and before[-1] not in ".!?;:"


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
        begins = follows or start == 0 or not HAN.match(text[start - 1]) or text[start - 1] in WORD_ENDS
        return begins and not _ANOTHER_NAME.match(text, end)
    if bearer.kind in ("compound", "landmark", "building"):
        return not _A_ROAD_OF_THAT_NAME.match(text, end)
    return True


def is_below_district(bearer: Bearer) -> bool:
    """Whether the bearer says more than the name of a district."""
    return bearer.kind != Level.DISTRICT
