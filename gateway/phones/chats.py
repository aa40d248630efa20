"""Which phones of the page are chats, what can be asked there with a tap, and what a gridman is made from.

It binds nobody: that an invite's code binds is the business of the rules, as for every chat.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from statistics import median
from typing import Any

import shapely

from gateway.phones.people import SCHEME
from handlers.errors import MalformedRequest
from handlers.strict_json import read_object
from routing_rules.areas import GRID_OFFICE, Level, Place, Registry
from routing_rules.messages import Address

#: Grids that one invite names at most.
MOST_GRIDS = 8
#: Characters of a name at most.
LONGEST_NAME = 40

_DUTY_ON, _DUTY_OFF = "/duty on", "/duty off"
#: What ends in a space wants words of one's own.
_OF_GRIDMEN = ("/mine", "/due", "/diary ", "/where", "/help")
_OF_SUPERVISORS = ("/mine", "/due", "/today", "/late", "/case ", "/help")
_OF_EVERYBODY = ("/start ", "/status", "/help")

#: What the simulator does not take in the name of a phone.
_UNNAMEABLE = re.compile(r"[^\w.+-]+")


class Chats:
    """The chats among the phones at one moment."""

    def __init__(self, registry: Registry, asked: Collection[str], on_duty: Collection[str]) -> None:
        """``asked`` are names of phones that the visitor wants to see as chats, ``on_duty`` are contacts."""
        self._registry = registry
        self._asked = asked
        self._on_duty = on_duty

    def is_chat(self, name: str, contact: str | None) -> bool:
        """Whether a phone shows buttons: it is the first address of somebody (``contact``) who was bound by an invite,
        or the visitor said so.
        """
        postings = self._registry.postings_of(contact) if contact else ()
        return name in self._asked or any(posting.chat for posting in postings)

    def commands(self, contact: str | None) -> list[str]:
        """The commands that a person uses often."""
        if contact is not None and self._registry.grids_of(contact):
            return [_DUTY_OFF if contact in self._on_duty else _DUTY_ON, *_OF_GRIDMEN]
        if contact is not None and self._registry.postings_of(contact):
            return list(_OF_SUPERVISORS)
        return list(_OF_EVERYBODY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recruit:
    """Somebody to be bound to grids, with a chat of his own."""

    name: str
    #: Codes of the grids' offices.
    offices: tuple[str, ...]
    account: Address


def read_recruit(registry: Registry, body: bytes) -> Recruit:
    """The person in ``{"name": "王某", "grids": ["zhushan-3"]}``; his chat has his name.

    Raises ValueError with a sentence for everything else.
    """
    try:
        wish = read_object(body)
    except MalformedRequest as error:
        raise ValueError(str(error)) from None
    if set(wish) != {"name", "grids"}:
        raise ValueError("say name and grids")
    name, grids = wish["name"], wish["grids"]
    if not isinstance(name, str) or not isinstance(grids, list) or not all(isinstance(grid, str) for grid in grids):
        raise ValueError("name is a text and grids a list of codes")
    name = " ".join(name.split())
    account = _UNNAMEABLE.sub("-", name).strip("-")
    if not account or not name.isprintable() or len(name) > LONGEST_NAME:
        raise ValueError(f"a name has 1 to {LONGEST_NAME} characters")
    if not 1 <= len(grids) <= MOST_GRIDS:
        raise ValueError(f"a gridman has 1 to {MOST_GRIDS} grids")
    for grid in grids:
        if grid not in registry.areas or registry.areas[grid].level is not Level.GRID:
            raise ValueError(f"there is no grid {grid!r}")
    offices = tuple(dict.fromkeys(f"{GRID_OFFICE}{grid}" for grid in grids))
    return Recruit(name=name, offices=offices, account=Address(SCHEME, account))


def new_offices(registry: Registry, recruit: Recruit, contact: str | None) -> tuple[str, ...]:
    """The offices at which the owner of the recruit's phone (None: nobody yet) is not bound already.

    Raises ValueError when there is none, or when the phone is an office's.
    """
    postings = registry.postings_of(contact) if contact else ()
    if any(not posting.chat for posting in postings):
        raise ValueError(f"{recruit.account} is an office's phone: take another name")
    bound = {posting.office for posting in postings}
    offices = tuple(office for office in recruit.offices if office not in bound)
    if not offices:
        raise ValueError(f"{recruit.name} has these grids already")
    return offices


def grids_by_community(registry: Registry, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every grid as code and name under the name of its community, in the registry's order."""
    found: dict[str, list[tuple[str, str]]] = {}
    for area in registry.areas.values():
        if area.level is Level.GRID:
            community = registry.area_at(Level.COMMUNITY, area.code)
            heading = registry.name_of(community.code if community else area.parent, language)
            found.setdefault(heading, []).append((area.code, registry.name_of(area.code, language)))
    return list(found.items())


def usual_grid(registry: Registry) -> str | None:
    """The grid that stands first in the list to choose from: one whose outline is known, so that a pin finds it."""
    outlined = (place.area for place in registry.places if place.outline is not None)
    grids = (area.code for area in registry.areas.values() if area.level is Level.GRID)
    known = (area for area in outlined if registry.areas[area].level is Level.GRID)
    return next(known, None) or next(grids, None)


def pins(registry: Registry, language: str) -> list[dict[str, Any]]:
    """Places with a known outline, each with a point inside it in degrees; empty where no outline is known.

    First comes the middle of them all, without a name: the median, lest an outlying island moves it out to sea.
    """
    middles = [(place, _middle(place)) for place in registry.places if place.outline is not None]
    if not middles:
        return []
    centre = {
        "name": "",
        "lat": round(median(lat for _, (lat, _) in middles), 5),
        "lon": round(median(lon for _, (_, lon) in middles), 5),
    }
    named = [
        {"name": _named(registry, place, language), "lat": round(lat, 5), "lon": round(lon, 5)}
        for place, (lat, lon) in middles
    ]
    return [centre, *named]


def _named(registry: Registry, place: Place, language: str) -> str:
    name = place.names.get(language) or next(iter(place.names.values()))
    return f"{name} · {registry.name_of(place.area, language)}"


def _middle(place: Place) -> tuple[float, float]:
    point = shapely.point_on_surface(shapely.from_geojson(place.outline))
    return float(shapely.get_y(point)), float(shapely.get_x(point))
