"""Reads JSON that strangers send; it accepts one plain object and nothing that parsers differ about."""

from __future__ import annotations

import json
from typing import Any

from handlers.errors import MalformedRequest

#: Deeper nesting is refused before parsing: it would only serve to exhaust the parser's stack.
MAX_DEPTH = 64


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a request body.

    Raises MalformedRequest for anything else: broken UTF-8 or JSON, a list, a key that stands twice, NaN and
    Infinity, numbers of absurd length, more than 64 levels.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedRequest("the body is not UTF-8") from None
    if depth(text) > MAX_DEPTH:
        raise MalformedRequest(f"the JSON is nested deeper than {MAX_DEPTH} levels")
    try:
        value = json.loads(text, object_pairs_hook=_no_key_twice, parse_constant=_no_constant)
    except ValueError:
        raise MalformedRequest("the body is not JSON") from None
    if not isinstance(value, dict):
        raise MalformedRequest("the JSON must be one object")
    return value


def depth(text: str) -> int:
    """How deep brackets nest outside of strings, without parsing."""
    deepest = depth = 0
    in_string = escaped = False
    for char in text:
        if in_string:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                in_string = False
        elif char == '"':
            in_string = True
        elif char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise MalformedRequest("a key of the JSON stands twice")
    return value


def _no_constant(name: str) -> float:
    raise MalformedRequest(f"{name} is not a JSON number")
