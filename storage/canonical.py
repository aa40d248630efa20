"""The one way in which values become text that is stored or hashed; it reads and writes nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime

# Made once: ``json.dumps`` would make an encoder for each call.
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def compact_json(value: object) -> str:
    """JSON with sorted keys, no white space and characters as they are.

    Raises TypeError or ValueError for what JSON does not have (a datetime, NaN).
    """
    return _ENCODER.encode(value)


def moment(value: datetime) -> str:
    """A moment as ISO 8601 in UTC with microseconds, always of the same length:
    "2026-08-18T01:20:04.000000Z".

    Raises ValueError for a naive one.
    """
    if value.tzinfo is None:
        raise ValueError(f"a moment needs a time zone before it is stored: {value.isoformat()}")
    in_utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return in_utc.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
