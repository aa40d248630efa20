"""Keeps other sites' pages from acting through a visitor's browser; it identifies nobody."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from flask import Request


def refusal(request: Request, own_hosts: Collection[str]) -> str | None:
    """Why an unsafe request must be refused, as a sentence; None when it may pass.

    A browser names the origin of every POST, and cannot send JSON across sites without asking first. A client that
    names none is no browser. ``own_hosts`` are hosts (with port) at which we are reached besides the one asked for.
    """
    if request.mimetype != "application/json":
        return "the request must be application/json"
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return "only this page itself may do that"
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc not in {request.host, *own_hosts}:
        return "only this page itself may do that"
    return None
