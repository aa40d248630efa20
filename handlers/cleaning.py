"""Makes a foreign text or position safe to store; what it does not have to take out it leaves untouched."""

from __future__ import annotations

import math
import re

from routing_rules.messages import Point

#: A person's text is kept whole up to this many bytes of UTF-8 (a carrier's longest is about a tenth of it).
MAX_TEXT_BYTES = 16 * 1024

#: NUL is refused by PostgreSQL's text, lone surrogates by every encoder.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def clean_text(text: str, max_bytes: int = MAX_TEXT_BYTES) -> str:
    """The text without what no database can hold, cut at a character boundary to `max_bytes` of UTF-8."""
    storable = _UNSTORABLE.sub("", text)
    encoded = storable.encode("utf-8")
    if len(encoded) <= max_bytes:
        return storable
    return encoded[:max_bytes].decode("utf-8", "ignore")


def checked_point(lat: float, lon: float) -> Point | None:
    """A position on Earth, or None: NaN, out of range, or 0/0, which broken phones send for "unknown"."""
    on_earth = math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180
    return Point(lat, lon) if on_earth and (lat, lon) != (0, 0) else None
