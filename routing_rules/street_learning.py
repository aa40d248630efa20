"""Learns the streets of a city from addresses of which the area is known: what a city has in its books.

What is learned are ordinary places of kind "road" and "corner": stretches of house numbers with their sides. Where the
known addresses leave open in which area a number lies, two stretches hold it, so that a reader asks and does not guess.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import cos, inf, radians

import numpy as np

from routing_rules.areas import Place
from routing_rules.messages import Point
from routing_rules.street_addresses import corner_key, street_key

#: A house speaks for the other side of its street, and a corner for its crossing, only where no other area begins
#: nearer than this, in metres: borders of areas run along the middle of streets.
_OTHER_SIDE = 20.0
#: Known addresses lie this far apart at least before they say where a border is, in metres.
_MARGIN = 10.0
#: The same for corners, whose place is only guessed from the houses beside.
_CORNER_MARGIN = 50.0
#: How much of what is clear around two neighbours of different areas is taken to be theirs.
_GAP = 0.8
#: A street known only by its corners is taken to stay in their area when every other area is farther off, in metres.
_ONLY_CORNERS = 150.0
#: Streets whose known addresses come no nearer to each other are not looked at for corners, in metres.
_MEETS_WITHIN = 250.0
#: Metres from one house number to the next where the addresses do not tell.
_USUAL_STEP = 4.0
#: A code has at most 40 characters.
_CODE_LENGTH = 34


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAddress:
    """An address of which the area is known: what a city already holds in its books."""

    #: As written: "Dickinson Rd".
    street: str
    #: The house number; None (or 0) where there is none.
    number: int | None = None
    #: The second street of a corner.
    crossing: str | None = None
    #: Code of the area in which the name means one street: the town of the postal address.
    locality: str
    #: Code of the area that it lies in.
    area: str
    #: Where it lies, WGS84; None where that is not known.
    point: Point | None = None


_House = tuple[int, str, "_Spot | None"]


@dataclass(frozen=True, slots=True)
class _Spot:
    """A known address on the ground."""

    x: float
    y: float
    #: Metres to the nearest known address of another area in the locality; infinite where there is none.
    clear: float
    #: The area of that one.
    other: str | None


@dataclass(frozen=True, slots=True)
class _Stretch:
    area: str
    first: int | None
    last: int | None


def learn_streets(known: Iterable[KnownAddress], *, language: str = "en") -> tuple[Place, ...]:
    """The streets and corners of the addresses as places of a registry, in the order of locality and name.

    A stretch reaches beyond its last known house as far as no other area can begin; farther out, a second
    stretch of the nearest other area holds the number too.
    """
    known = [each for each in known if each.street]
    localities: dict[str, list[KnownAddress]] = defaultdict(list)
    for each in known:
        localities[each.locality].append(each)
    places: list[Place] = []
    codes: Counter[str] = Counter()
    for locality in sorted(localities):
        for kind, name, area, first, last, parity in _learn_locality(localities[locality]):
            slug = re.sub("[^a-z0-9]+", "-", f"{locality}-{street_key(name)}".lower()).strip("-")[:_CODE_LENGTH]
            codes[slug] += 1
            places.append(
                Place(
                    code=f"{slug}-{codes[slug]}",
                    kind=kind,
                    area=area,
                    names={language: name},
                    number_from=first,
                    number_to=last,
                    parity=parity,
                )
            )
    return tuple(places)


_Learned = tuple[str, str, str, "int | None", "int | None", "str | None"]


def _learn_locality(known: list[KnownAddress]) -> Iterator[_Learned]:
    spots = _spots(known)
    step = _step(known, spots)
    names: dict[str, Counter[str]] = defaultdict(Counter)
    houses: dict[str, list[_House]] = defaultdict(list)
    corners: dict[str, list[tuple[str, _Spot | None]]] = defaultdict(list)
    for each, spot in zip(known, spots, strict=True):
        for street in filter(None, (each.street, each.crossing)):
            names[street_key(street)][street] += 1
            if each.number and not each.crossing:
                houses[street_key(street)].append((each.number, each.area, spot))
            else:
                corners[street_key(street)].append((each.area, spot))
    called = {key: counter.most_common(1)[0][0] for key, counter in sorted(names.items())}
    areas: dict[str, frozenset[str]] = {}
    for key, name in called.items():
        learned = list(_street(houses[key], corners[key], step))
        areas[key] = frozenset(stretch.area for stretch, _ in learned)
        for stretch, parity in learned:
            yield "road", name, stretch.area, stretch.first, stretch.last, parity
    for (one, other), where in sorted(_corners(known, spots, areas).items()):
        for area in where:
            yield "corner", f"{called[one]} & {called[other]}", area, None, None, None


def _spots(known: list[KnownAddress]) -> list[_Spot | None]:
    """Each address on a plane in metres, with the distance to the nearest one of another area."""
    located = [(at, each.point) for at, each in enumerate(known) if each.point is not None]
    spots: list[_Spot | None] = [None] * len(known)
    if not located:
        return spots
    plane = _plane([point for _, point in located])
    areas = np.array([known[at].area for at, _ in located])
    for (at, _), (x, y) in zip(located, plane, strict=True):
        elsewhere = areas != known[at].area
        if not elsewhere.any():
            spots[at] = _Spot(float(x), float(y), inf, None)
            continue
        distances = np.hypot(plane[elsewhere, 0] - x, plane[elsewhere, 1] - y)
        nearest = int(distances.argmin())
        spots[at] = _Spot(float(x), float(y), float(distances[nearest]), str(areas[elsewhere][nearest]))
    return spots


def _plane(points: list[Point]) -> np.ndarray:
    """Metres east and north; the Earth is flat enough within a city."""
    lat = np.array([point.lat for point in points])
    lon = np.array([point.lon for point in points])
    return np.column_stack((lon * 111_320 * cos(radians(float(lat.mean()))), lat * 110_574))


def _step(known: list[KnownAddress], spots: list[_Spot | None]) -> float:
    """Metres that a house number lies from the next one, seldom more: the upper quartile of what the addresses show."""
    by_street: dict[str, list[tuple[int, _Spot]]] = defaultdict(list)
    for each, spot in zip(known, spots, strict=True):
        if each.number and spot is not None and not each.crossing:
            by_street[street_key(each.street)].append((each.number, spot))
    steps = [
        float(np.hypot(two.x - one.x, two.y - one.y)) / (second - first)
        for street in by_street.values()
        for (first, one), (second, two) in pairwise(sorted(street, key=lambda house: house[0]))
        if 10 <= second - first <= 100
    ]
    return float(np.quantile(steps, 0.75)) if len(steps) >= 20 else _USUAL_STEP


def _street(
    houses: list[_House], corners: list[tuple[str, _Spot | None]], step: float
) -> Iterator[tuple[_Stretch, str | None]]:
    """The stretches of one street, with the side that each holds for."""
    if not houses:
        yield from ((_Stretch(area, None, None), None) for area in _areas_of_corners(corners))
        return
    divided = _is_divided(houses)
    sides = {parity: _side(houses, parity == "odd", divided, step) for parity in ("odd", "even")}
    if sides["odd"] == sides["even"]:
        yield from ((stretch, None) for stretch in sides["odd"])
        return
    for parity, stretches in sides.items():
        yield from ((stretch, parity) for stretch in stretches)


def _areas_of_corners(corners: list[tuple[str, _Spot | None]]) -> list[str]:
    areas = dict.fromkeys(area for area, _ in corners)
    for _, spot in corners:
        if spot is not None and spot.clear < _ONLY_CORNERS and spot.other is not None:
            areas.setdefault(spot.other)
    return list(areas)


def _is_divided(houses: list[_House]) -> bool:
    """Whether a border runs along the street: its sides together change their area more often than each alone."""

    def changes(some: list[_House]) -> int:
        return sum(one[1] != other[1] for one, other in pairwise(sorted(some, key=lambda house: house[0])))

    return changes(houses) > max(changes([each for each in houses if each[0] % 2 == odd]) for odd in (0, 1))


def _side(houses: list[_House], odd: bool, divided: bool, step: float) -> list[_Stretch]:
    """The stretches of one side of a street."""
    own = [house for house in houses if house[0] % 2 == odd]
    numbers = [house[0] for house in own] or [0]
    shared = [
        house
        for house in houses
        if house[0] % 2 != odd
        and _clear(house) >= _OTHER_SIDE
        and not (divided or min(numbers) < house[0] < max(numbers))
    ]
    said: dict[int, set[str]] = defaultdict(set)
    for number, area, _ in (*own, *shared):
        said[number].add(area)
    # A number that is known in two areas is a border itself.
    side = sorted((house for house in (*own, *shared) if len(said[house[0]]) == 1), key=lambda house: house[0])
    if not side:
        # Only the other side is known, and it lies at a border.
        everywhere = [_Stretch(area, None, None) for area in dict.fromkeys(house[1] for house in houses)]
        return _with_doubt(everywhere, min(houses, key=_clear), None, None)
    runs = [list(run) for _, run in groupby(side, key=lambda house: house[1])]
    return _stretches(runs, step)


def _clear(house: _House) -> float:
    return house[2].clear if house[2] is not None else 0.0


def _stretches(runs: list[list[_House]], step: float) -> list[_Stretch]:
    bounds: list[tuple[int | None, int | None]] = []
    first: int | None = None
    for run, following in pairwise(runs):
        last, beginning = run[-1], following[0]
        up, down = _reaches_between(last, beginning, step)
        bounds.append((first, max(last[0], beginning[0] - down - 1)))
        first = min(beginning[0], last[0] + up + 1)
    bounds.append((first, None))
    stretches = [_Stretch(run[0][1], *bound) for run, bound in zip(runs, bounds, strict=True)]
    low, high = runs[0][0], runs[-1][-1]
    if low[0] - _reach(low, step) > 1:
        stretches = _with_doubt(stretches, low, None, low[0] - _reach(low, step) - 1)
    return _with_doubt(stretches, high, high[0] + _reach(high, step) + 1, None)


def _reaches_between(last: _House, beginning: _House, step: float) -> tuple[int, int]:
    """How far two neighbours of different areas reach towards each other, in numbers: the border lies between them.

    None farther than half of what is clear around it, so that they never meet.
    """
    gap = beginning[0] - last[0]
    if last[2] is not None and beginning[2] is not None:
        step = max(step, float(np.hypot(last[2].x - beginning[2].x, last[2].y - beginning[2].y)) / gap)
    up, down = (int(min(gap / 2, max(0.0, _clear(house) * _GAP - _MARGIN / 2) / step)) for house in (last, beginning))
    return up, down


def _reach(house: _House, step: float) -> int:
    """How many numbers beyond a house still lie in its area for certain."""
    return int(min(99_999.0, max(0.0, _clear(house) - _MARGIN) / step))


def _with_doubt(stretches: list[_Stretch], house: _House, first: int | None, last: int | None) -> list[_Stretch]:
    """With a stretch of the nearest other area, where that may hold the numbers too."""
    other = house[2].other if house[2] is not None else None
    if other is None:
        return stretches
    return [*stretches, _Stretch(other, first, last)]


# Learning corners


def _corners(
    known: list[KnownAddress], spots: list[_Spot | None], areas: Mapping[str, frozenset[str]]
) -> dict[tuple[str, str], list[str]]:
    """The corners that are known, and those of which the addresses around tell more than their streets do."""
    found: dict[tuple[str, str], list[str]] = {}
    for each in known:
        if each.crossing:
            where = found.setdefault(corner_key(each.street, each.crossing), [])
            if each.area not in where:
                where.append(each.area)
    for pair, area in _meetings(known, spots):
        shared = areas[pair[0]] & areas[pair[1]]
        if pair not in found and shared != {area}:
            found[pair] = [area]
    return found


def _meetings(known: list[KnownAddress], spots: list[_Spot | None]) -> Iterator[tuple[tuple[str, str], str]]:
    """Two streets and the area in which they meet for certain, if they do: where their known addresses come nearest."""
    keys: list[str] = []
    at: list[tuple[str, _Spot]] = []
    for each, spot in zip(known, spots, strict=True):
        for street in filter(None, (each.street, each.crossing)):
            if spot is not None:
                keys.append(street_key(street))
                at.append((each.area, spot))
    if not at:
        return
    plane = np.array([(spot.x, spot.y) for _, spot in at])
    nearest: dict[tuple[str, str], tuple[float, int, int]] = {}
    for one in range(len(at)):
        distances = np.hypot(plane[one + 1 :, 0] - plane[one, 0], plane[one + 1 :, 1] - plane[one, 1])
        for behind in np.flatnonzero(distances <= _MEETS_WITHIN):
            other = one + 1 + int(behind)
            if keys[one] == keys[other]:
                continue
            first, second = sorted((keys[one], keys[other]))
            distance = float(distances[behind])
            if distance < nearest.get((first, second), (inf, 0, 0))[0]:
                nearest[first, second] = (distance, one, other)
    for pair, (distance, one, other) in nearest.items():
        (area, spot), (other_area, other_spot) = at[one], at[other]
        if area == other_area and min(spot.clear, other_spot.clear) > distance / 2 + _CORNER_MARGIN:
            yield pair, area
