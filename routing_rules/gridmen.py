"""Who goes and looks: the gridmen of a place, on duty first, then those who cover for them.

It chooses people and changes nothing.
"""

from __future__ import annotations

from routing_rules.areas import GRID_OFFICE, Posting
from routing_rules.draft import Draft


def grid_office_of(grid: str) -> str:
    """Code of the office that a grid's gridmen make up."""
    return f"{GRID_OFFICE}{grid}"


def is_on_duty(draft: Draft, contact: str) -> bool:
    """Whether a gridman said that he is on duty."""
    return draft.known.duty_of(contact) is not None


def who_looks(draft: Draft, area: str | None, number: int, *, besides: str | None = None) -> tuple[Posting, ...]:
    """The gridmen of one grid who go and look at a place: its own on duty, else those on duty who cover for them.

    Where only the community of the place is known its grids take turns by the case's number. ``besides`` is the
    handler, who never checks himself. Empty when nobody is there: the community's office looks then.
    """
    for cover in (False, True):
        grids = _grids_with_somebody(draft, area, besides, cover=cover)
        if grids:
            return grids[number % len(grids)]
    return ()


def _grids_with_somebody(
    draft: Draft, area: str | None, besides: str | None, *, cover: bool
) -> list[tuple[Posting, ...]]:
    registry = draft.city.registry
    found = []
    for office in registry.grid_offices_in(area):
        there = tuple(
            posting
            for posting in registry.posted_at(office)
            if posting.cover is cover and posting.contact != besides and is_on_duty(draft, posting.contact)
        )
        if there:
            found.append(there)
    return found
