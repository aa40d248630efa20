"""The figures of one part of the area tree, as storage counts them for whoever looks over it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The figures of one office's part of the area tree, or of one department."""

    office: str
    #: Cases opened since midnight of the city.
    new: int
    open: int
    #: Open cases whose finish or overall clock ends today.
    due: int
    #: Open cases with an overtime.
    late: int
    #: Closed since midnight.
    closed: int
    #: Numbers of the late ones, the longest open first; at most ten.
    late_cases: tuple[int, ...] = ()
