"""Decides which of the names in a text say where something is, and which bearers of them can be meant.

It drops and narrows by what the names say together and never picks one of several by chance; what is left
over is what the text may mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from routing_rules import house_numbers
from routing_rules.areas import Place, Registry
from routing_rules.house_numbers import Detail
from routing_rules.normalise import HAN
from routing_rules.place_names import Bearer, Mention, is_below_district

#: By the names of two roads, in the form in which names are compared and in order.
Corners = Mapping[tuple[str, str], tuple[Bearer, ...]]

#: Greater than every house number.
_NO_END = 1_000_000

#: A text with more names than this is a list; what it says together is not looked at beyond.
MOST_NAMES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A name in a text, with what stands around it and those of its bearers that can be meant."""

    mention: Mention
    #: Number, building, room; None when nothing of that kind stands there.
    detail: Detail | None
    bearers: tuple[Bearer, ...]
    #: The other name that told which bearer is meant ("解放街道"), None when none had to.
    told_by: Mention | None = None

    @property
    def start(self) -> int:
        return self.mention.start if self.detail is None else min(self.mention.start, self.detail.start)

    @property
    def end(self) -> int:
        return self.mention.end if self.detail is None else max(self.mention.end, self.detail.end)

    @property
    def is_place(self) -> bool:
        """Whether it can only be a place, not an area."""
        return all(bearer.place is not None for bearer in self.bearers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What the names of a text say together."""

    #: All names that say something about the place, from left to right.
    readings: tuple[Reading, ...]
    #: Those that decide: one as a rule (a corner of two roads is one), several where they contradict each
    #: other.
    decisive: tuple[Reading, ...]


def read_places(text: str, mentions: Iterable[Mention], registry: Registry, corners: Corners) -> Meaning:
    """What the names found in a normalised text say about where something is.

    ``corners``: those that the registry knows, by the names of their two roads.
    """
    mentions = list(islice(mentions, MOST_NAMES))
    starts = {mention.start for mention in mentions}
    readings = [_read(text, mention, followed=mention.end in starts) for mention in mentions]
    readings = _narrowed(_without_repeats(readings), registry)
    below = [each for each in readings if any(is_below_district(bearer) for bearer in each.bearers)]
    left = _without_repeats(_without_surroundings(below, registry), adjacent_too=True)
    places = [each for each in left if each.is_place]
    corner = _corner(text, places, readings, registry, corners)
    if corner is not None:
        decisive = _with_denial(text, [corner], below, registry)
    elif places:
        places = [_without_doubts(each, registry) for each in places]
        decisive = _decisive_places(text, below, places, registry)
    else:
        decisive = left
    return Meaning(readings=tuple(readings), decisive=tuple(decisive))


def _read(text: str, mention: Mention, *, followed: bool) -> Reading:
    """``followed`` directly by another name, which is then no house number ("三弄村")."""
    bearers = _without_namesakes_around(mention.bearers)
    detail = None
    if not HAN.match(mention.word):
        detail = house_numbers.before(text, mention.start, mention.end)
    if detail is None and not followed and any(is_below_district(bearer) for bearer in bearers):
        detail = house_numbers.behind(text, mention.end)
    if detail is not None and detail.number:
        number = detail.number
        # A number on no known stretch says nothing: the registry may not know the whole road.
        bearers = tuple(b for b in bearers if b.place is None or b.place.holds_number(number)) or bearers
    return Reading(mention=mention, detail=detail, bearers=bearers)


def _without_doubts(reading: Reading, registry: Registry) -> Reading:
    """Without the stretches inside another one of the same road: they leave open where some numbers lie.

    A text without a number is about the road, not about those.
    """
    if len(reading.bearers) == 1 or (reading.detail is not None and reading.detail.number):
        return reading
    roads: dict[str | None, list[Bearer]] = {}
    for bearer in reading.bearers:
        if bearer.place is not None and bearer.kind == "road":
            roads.setdefault(_locality(bearer, registry), []).append(bearer)
    doubted = {
        each.code
        for road in roads.values()
        for each in road
        if any(other.area != each.area and _is_inside(each.place, other.place) for other in road)
    }
    kept = tuple(bearer for bearer in reading.bearers if bearer.code not in doubted)
    return replace(reading, bearers=kept) if kept else reading


def _locality(bearer: Bearer, registry: Registry) -> str | None:
    area = registry.areas.get(bearer.area)
    return area.parent if area is not None else None


def _is_inside(stretch: Place | None, other: Place | None) -> bool:
    """Whether the numbers of a stretch are some of the numbers of another."""
    if stretch is None or other is None or other.parity not in (None, stretch.parity):
        return False
    first, last = stretch.number_from or 0, stretch.number_to or _NO_END
    from_, to = other.number_from or 0, other.number_to or _NO_END
    return from_ <= first and last <= to and (from_, to) != (first, last)


def _without_namesakes_around(bearers: tuple[Bearer, ...]) -> tuple[Bearer, ...]:
    """A compound that gave its community the name stands for both: the place says more."""
    around = {bearer.area for bearer in bearers if bearer.place is not None}
    return tuple(bearer for bearer in bearers if bearer.place is not None or bearer.code not in around)


def _without_repeats(readings: list[Reading], *, adjacent_too: bool = False) -> list[Reading]:
    """One reading for what is named twice: the one that says more ("新河路 … 新河路12号", "马岙街道 … 马岙").

    A name right behind another is no repeat at first: 马岙街道马岙 is the village in the street.
    """
    kept: list[Reading] = []
    for reading in readings:
        codes = _codes(reading)
        for at, other in enumerate(kept):
            adjacent = other.end == reading.start and not adjacent_too
            if adjacent or not (codes <= _codes(other) or codes >= _codes(other)):
                continue
            fewer = min(other, reading, key=lambda each: len(each.bearers))
            fuller = reading if other.detail is None and (reading.detail or codes < _codes(other)) else other
            kept[at] = replace(fuller, bearers=fewer.bearers, told_by=other.told_by or reading.told_by)
            break
        else:
            kept.append(reading)
    return kept


def _codes(reading: Reading) -> frozenset[str]:
    return frozenset(bearer.code for bearer in reading.bearers)


def _narrowed(readings: list[Reading], registry: Registry) -> list[Reading]:
    """Each reading with only those bearers that lie where the other names say.

    A name that fits none of them is not heeded here.
    """
    narrowed = [_narrow(each, readings, registry) for each in readings]
    return [_narrow_by_places(each, narrowed, registry) for each in narrowed]


def _narrow(reading: Reading, readings: list[Reading], registry: Registry) -> Reading:
    by_distance = sorted(readings, key=lambda other: abs(other.mention.end - reading.mention.start))
    for other in by_distance:
        if len(reading.bearers) == 1:
            break
        areas = {bearer.code for bearer in other.bearers if bearer.place is None}
        if other.mention is reading.mention or not areas:
            continue
        inside = tuple(each for each in reading.bearers if areas & _around(each, registry))
        if inside and len(inside) < len(reading.bearers):
            reading = replace(reading, bearers=inside, told_by=other.mention)
    return reading


def _narrow_by_places(reading: Reading, readings: list[Reading], registry: Registry) -> Reading:
    """A road of several stretches beside a compound is the stretch in the compound's community."""
    for other in readings:
        if len(reading.bearers) == 1:
            break
        if other.mention is reading.mention or len(other.bearers) > 1 or not other.is_place:
            continue
        beside = tuple(each for each in reading.bearers if _smallest((each, other.bearers[0]), registry))
        if beside and len(beside) < len(reading.bearers):
            reading = replace(reading, bearers=beside, told_by=other.mention)
    return reading


def _around(bearer: Bearer, registry: Registry) -> set[str]:
    """The areas that hold the bearer; an area does not hold itself."""
    return {area.code for area in registry.chain(bearer.area) if area.code != bearer.code}


def _without_surroundings(readings: list[Reading], registry: Registry) -> list[Reading]:
    """Without the areas that only say where another name lies ("解放街道" in "解放街道新河路")."""

    def surrounds(outer: Reading, inner: Reading) -> bool:
        if outer is inner:
            return False
        areas = {bearer.code for bearer in outer.bearers if bearer.place is None}
        return bool(areas) and all(areas & _around(each, registry) for each in inner.bearers)

    return [each for each in readings if each.detail or not any(surrounds(each, inner) for inner in readings)]


def _decisive_places(text: str, below: list[Reading], places: list[Reading], registry: Registry) -> list[Reading]:
    """Places go before areas, an address before a bare name, a compound before the road it lies at.

    Places in different areas contradict each other; so does an area right before a place outside of it.
    """
    places = [each for each in places if each.detail is not None] or places
    if _smallest((bearer for each in places for bearer in each.bearers), registry):
        places = [max(places, key=_precision)]
    return _with_denial(text, places, below, registry) if len(places) == 1 else places


def _with_denial(text: str, places: list[Reading], below: list[Reading], registry: Registry) -> list[Reading]:
    """With the area that stands beside the one place and does not hold it: the place that we know is another one.

    In Chinese an area stands before its place, in English behind it ("Norfolk St, Mattapan").
    """
    place = places[0]
    for each in below:
        beside = each.end == place.start or (
            not HAN.match(place.mention.word) and text[place.end : each.start] in (" ", ", ") and each.start > place.end
        )
        if not each.is_place and beside and not _can_lie_in(each, place, registry):
            return [*places, each]
    return places


#: How precisely a kind of place says where: a road is long.
_PRECISION = {"building": 3, "compound": 2, "landmark": 2, "postcode": -1}


def _precision(reading: Reading) -> int:
    return _PRECISION.get(reading.bearers[0].kind, 0)


def _can_lie_in(areas: Reading, place: Reading, registry: Registry) -> bool:
    """Whether the place lies in the area, or the area (a grid) in the one that holds the place."""
    for area in areas.bearers:
        chain = {each.code for each in registry.chain(area.area)}
        for each in place.bearers:
            if each.area in chain or area.code in _around(each, registry):
                return True
    return False


_JOINS_ROADS = re.compile(r"\s?(?:and|&|at|@|/|与|和|跟|及|、|-)?\s?", re.IGNORECASE)
_LATIN_JOINS_ROADS = re.compile(r"\s?(?:and|&|at|@|/)\s?", re.IGNORECASE)
_CORNER_BEHIND = re.compile(r"\s?的?(?:十字|丁字|交叉)?(?:路?口|交叉|交汇处?|交界处?|转角|拐角|岔路?口?)")
_CORNER_BEFORE = re.compile(r"(?:corner|intersection|junction|crossing|cnr) (?:of |at )?$", re.IGNORECASE)


def _corner(
    text: str, places: list[Reading], readings: list[Reading], registry: Registry, corners: Corners
) -> Reading | None:
    """Two roads that the text joins to a corner: "A路与B路交叉口", "corner of A St and B St", "A St & B St".

    None where the roads have no area in common: then they are two places. A corner that the registry knows is where
    the registry says.
    """
    for first, second in pairwise(places):
        if first.detail or second.detail or {first.bearers[0].kind, second.bearers[0].kind} != {"road"}:
            continue
        between = text[first.end : second.start]
        if not _JOINS_ROADS.fullmatch(between):
            continue
        behind = _CORNER_BEHIND.match(text, second.end)
        latin = not HAN.match(first.mention.word) and _LATIN_JOINS_ROADS.fullmatch(between) is not None
        if not (behind or latin or _CORNER_BEFORE.search(text, 0, first.start)):
            continue
        one, other = sorted((first.mention.name, second.mention.name))
        bearers = corners.get((one, other), ()) or _at_both(first, second, registry)
        if bearers:
            end = behind.end() if behind else second.end
            word = text[first.start : end]
            mention = Mention(start=first.start, end=end, word=word, bearers=bearers)
            return _narrow(Reading(mention=mention, detail=None, bearers=bearers), readings, registry)
    return None


def _at_both(first: Reading, second: Reading, registry: Registry) -> tuple[Bearer, ...]:
    """The corner in each area that both roads pass."""
    corners: dict[str, Bearer] = {}
    for one in first.bearers:
        for other in second.bearers:
            area = _smallest([one, other], registry)
            if area is not None and area not in corners:
                code = "&".join(sorted((one.code, other.code)))
                corners[area] = replace(one, code=code, area=area, kind="corner")
    return tuple(corners.values())


def _smallest(bearers: Iterable[Bearer], registry: Registry) -> str | None:
    """The smallest of the bearers' areas when each other one holds it, else None."""
    areas = {bearer.area for bearer in bearers}
    for area in areas:
        if areas <= {each.code for each in registry.chain(area)} | {area}:
            return area
    return None
