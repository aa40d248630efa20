"""Ladders as text and back: the way and the limits that a case started with, frozen on its row."""

from __future__ import annotations

import json
from functools import lru_cache

from routing_rules.areas import Level
from routing_rules.cases import Ladder, Step
from routing_rules.deadlines import DeadlineKind
from routing_rules.working_time import Limit
from storage.canonical import compact_json


def ladder_as_text(ladder: Ladder | None) -> str | None:
    """Canonical JSON of a ladder; None stays None."""
    if ladder is None:
        return None
    # Left out where nobody assists, so that a ladder of an older version is written as it was.
    assisting = {"assisting": list(ladder.assisting)} if ladder.assisting else {}
    return compact_json(
        {
            "rule": ladder.rule,
            "steps": [[step.level, step.office, step.window.as_text()] for step in ladder.steps],
            "department": ladder.department,
            "limits": {kind: limit.as_text() for kind, limit in ladder.limits.items()},
            "urgent": ladder.urgent,
            **assisting,
        }
    )


# A few hundred different ladders serve a city: the same rule at the same place makes the same one.
@lru_cache(maxsize=4096)
def ladder_from_text(text: str | None) -> Ladder | None:
    """The ladder again."""
    if text is None:
        return None
    data = json.loads(text)
    return Ladder(
        rule=data["rule"],
        steps=tuple(
            Step(level=Level(level), office=office, window=Limit.parse(window))
            for level, office, window in data["steps"]
        ),
        department=data["department"],
        limits={DeadlineKind(kind): Limit.parse(limit) for kind, limit in data["limits"].items()},
        urgent=data["urgent"],
        assisting=tuple(data.get("assisting", ())),
    )
