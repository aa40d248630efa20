"""The one way in which values become text that is stored or hashed; it reads and writes nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime


def compact_json(value: object) -> str:
    """JSON with sorted keys, no white space and characters as they are.

    Raises TypeError or ValueError for what JSON does not have (a datetime, NaN).
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def moment(value: datetime) -> str:
    """A moment as ISO 8601 in UTC with microseconds, always of the same length:
    "2026-08-18T01:20:04.000000Z".

    Raises ValueError for a naive one.
    """
    if value.tzinfo is None:
        raise ValueError(f"a moment needs a time zone before it is stored: {value.isoformat()}")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
