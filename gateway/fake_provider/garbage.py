"""Answers that are no answers, as broken balancers and hostile hosts give them; none says what was taken."""

from __future__ import annotations

import gzip
from collections.abc import Callable

from flask import Response

_HUGE = 2 * 1024 * 1024


def garbage(kind: int) -> Response:
    """One of the kinds, counted from 0. Raises IndexError beyond `GARBAGE_KINDS`."""
    return _KINDS[kind]()


def _json(body: bytes, status: int = 201) -> Response:
    return Response(body, status, content_type="application/json")


#: Made when asked for, since some are large.
_KINDS: tuple[Callable[[], Response], ...] = (
    lambda: Response(b"<html><body><h1>It works!</h1></body></html>", 200, content_type="text/html"),
    lambda: _json(b"", 200),
    lambda: _json(b'{"sid": "SM0123'),
    lambda: _json(b'["a list"]'),
    lambda: _json(b'{"sid": 7, "status": null}'),
    lambda: _json(b'{"sid": "SM0123", "status": "queued"}'),
    lambda: _json(b"\xff\xfe\x00" * 100),
    lambda: _json(b"[" * 200_000),
    lambda: _json(b'{"body": "' + b"a" * _HUGE + b'"}'),
    lambda: Response(gzip.compress(b"0" * _HUGE), 201, headers={"Content-Encoding": "gzip"}),
    lambda: Response(b"", 302, headers={"Location": "http://169.254.169.254/latest/meta-data/"}),
    lambda: Response(b"", 204),
)
GARBAGE_KINDS = len(_KINDS)
