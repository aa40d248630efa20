"""Where gridmen's phones were while on duty: kept, read and forgotten, in bulk.

A position is kept only of somebody who is bound and on duty when it comes; of anybody else, and of the same person
after hours, nothing is ever written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, any_, bindparam, delete, exists, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY

from routing_rules.messages import Address, Point, PositionReport
from routing_rules.positions import Fix, Position, judge, sensible
from storage import bulk, models
from storage.canonical import compact_json
from storage.people import Keyring

_position = models.position
_last = models.last_position
_duty = models.duty
_binding = models.binding
_address = models.contact_address

#: Positions that one statement deletes at most: over weeks of them it would outlast its time limit.
FORGET_AT_ONCE = 5_000
#: A phone's clock may be ahead of ours by this much; a later time is taken for the one of its arrival. Otherwise one
#: position from a wrong year would stay the latest for ever.
MOST_AHEAD = timedelta(minutes=2)
#: Among so many of a person's positions that came last and were no jump, the one measured last is looked for: all of
#: them would be weeks, and no more than these are delayed at once.
_LOOK_BACK = 32


@dataclass(slots=True)
class _Trail:
    """What is known of one person on duty while a batch is judged."""

    contact: str
    on_duty_since: datetime
    #: The one measured last, whatever it is worth.
    last: Fix | None
    #: The one measured last that is no jump.
    good: Fix | None
    #: The row of ``last`` where this batch brought it.
    row: dict[str, Any] | None = None

    def take(self, fix: Fix, received_at: datetime) -> dict[str, Any]:
        """Judge the person's next position; returns its row."""
        late = self.last is not None and fix.measured_at < self.last.measured_at
        vague, jump = judge(None if late else self.good, fix)
        row = {
            "contact": self.contact,
            "measured_at": fix.measured_at,
            "received_at": received_at,
            "lat": fix.point.lat,
            "lon": fix.point.lon,
            "accuracy": fix.accuracy,
            "vague": vague,
            "jump": jump,
        }
        if not jump and _is_later(fix, self.good):
            self.good = fix
        if _is_later(fix, self.last):
            self.last, self.row = fix, row
        return row


def keep(connection: Connection, keyring: Keyring, reports: Sequence[PositionReport], now: datetime) -> int:
    """Write the positions of people who are bound to an office and were on duty when they came; returns how many.

    All others are dropped: what the count falls short of the reports by. So is one that lies nowhere on earth. Takes a
    few statements, however many positions there are. A person's are judged in the order given, see
    ``routing_rules.positions.judge``; one that came late changes no latest position.
    """
    trails = _trails(connection, keyring, {report.sender for report in reports})
    rows: list[dict[str, Any]] = []
    for report in reports:
        trail = trails.get(report.sender)
        if trail is None or trail.on_duty_since > report.received_at:
            continue
        fix = _fix_of(report, now)
        if sensible(fix):
            rows.append(trail.take(fix, report.received_at))
    bulk.insert(connection, _position, rows)
    # A person may have come under two addresses; in this order two engines never wait for each other in a circle.
    changed = {trail.contact: trail.row for trail in trails.values() if trail.row is not None}
    _move_forward(connection, [changed[contact] for contact in sorted(changed)])
    return len(rows)


def latest(connection: Connection, contacts: Iterable[str] | None = None) -> list[Position]:
    """The latest position of each of these people, or of everybody, by contact; who has none is left out."""
    query = select(_last)
    if contacts is not None:
        query = query.where(_among(connection, _last.c.contact, contacts))
    return [_position_of(row) for row in connection.execute(query.order_by(_last.c.contact))]


def track(connection: Connection, contact: str, since: datetime, until: datetime) -> list[Position]:
    """Where a person was from one moment until before another (by the phone's time), in that order."""
    query = select(*(_position.c[name] for name in _last.c.keys()))  # noqa: SIM118 - of columns, not of a dict
    query = query.where(
        _position.c.contact == contact, _position.c.measured_at >= since, _position.c.measured_at < until
    )
    rows = connection.execute(query.order_by(_position.c.measured_at, _position.c.id))
    return [_position_of(row) for row in rows]


def forget(connection: Connection, before: datetime) -> int:
    """Delete all positions that came before a moment, latest ones too; returns how many positions it were."""
    old = select(_position.c.id).where(_position.c.received_at < before).limit(FORGET_AT_ONCE)
    forgotten = 0
    while count := connection.execute(delete(_position).where(_position.c.id.in_(old))).rowcount:
        forgotten += count
    connection.execute(delete(_last).where(_last.c.received_at < before))
    return forgotten


# -- whose positions they are ---------------------------------------------------------------------------------


def _trails(connection: Connection, keyring: Keyring, senders: Iterable[Address]) -> dict[Address, _Trail]:
    """The people among the senders who are bound and on duty; two addresses of one person share a trail."""
    by_index = {keyring.address_index(sender): sender for sender in senders}
    if not by_index:
        return {}
    rows = connection.execute(_on_duty(connection, by_index)).all()
    last_good = _last_good(connection, {row.contact for row in rows if row.jump})
    trails: dict[str, _Trail] = {}
    found: dict[Address, _Trail] = {}
    for row in rows:
        if row.contact not in trails:
            last = None if row.measured_at is None else _fix(row)
            good = last_good.get(row.contact) if row.jump else last
            trails[row.contact] = _Trail(row.contact, row.began_at, last, good)
        found[by_index[row.address_index]] = trails[row.contact]
    return found


def _on_duty(connection: Connection, indexes: Iterable[str]) -> Select[Any]:
    bound = exists().where(
        _binding.c.contact == _address.c.contact,
        _binding.c.bound_at.is_not(None),
        _binding.c.unbound_at.is_(None),
        func.json_array_length(_binding.c.offices) > 0,
    )
    columns = (_address.c.address_index, _address.c.contact, _duty.c.began_at)
    latest_one = (_last.c.measured_at, _last.c.lat, _last.c.lon, _last.c.accuracy, _last.c.jump)
    return (
        select(*columns, *latest_one)
        .join(_duty, _duty.c.contact == _address.c.contact)
        .join(_last, _last.c.contact == _address.c.contact, isouter=True)
        .where(_among(connection, _address.c.address_index, indexes), _duty.c.ended_at.is_(None), bound)
    )


def _last_good(connection: Connection, contacts: Iterable[str]) -> dict[str, Fix]:
    """The fix to compare with for people whose latest one is a jump; who has none is left out."""
    contacts = set(contacts)
    if not contacts:
        return {}
    came_last = (
        select(_position.c.id, _position.c.measured_at)
        .where(_position.c.contact == _last.c.contact, _position.c.jump.is_(False))
        .order_by(_position.c.id.desc())
        .limit(_LOOK_BACK)
        .correlate(_last)
        .subquery()
    )
    best = select(came_last.c.id).order_by(came_last.c.measured_at.desc(), came_last.c.id).limit(1).scalar_subquery()
    query = (
        select(_position)
        .select_from(_last)
        .join(_position, _position.c.id == best)
        .where(_among(connection, _last.c.contact, contacts))
    )
    return {row.contact: _fix(row) for row in connection.execute(query)}


# -- statements of one size, however many values --------------------------------------------------------------


def _among(connection: Connection, column: ColumnElement[Any], values: Iterable[str]) -> ColumnElement[bool]:
    """Whether a column holds one of these texts, which are one parameter in all."""
    if connection.dialect.name == "sqlite":
        listed = func.json_each(compact_json(list(values))).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(bindparam(None, list(values), type_=ARRAY(Text)))


def _move_forward(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write latest positions, each unless a later one stands there already."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.execute(_sqlite_forward(), list(rows))
    else:
        connection.execute(_postgresql_forward(), {name: [row[name] for row in rows] for name in rows[0]})


@cache
def _sqlite_forward() -> Any:
    statement = sqlite.insert(_last).values({each.name: bindparam(each.name, type_=each.type) for each in _last.c})
    return _unless_later(statement)


@cache
def _postgresql_forward() -> Any:
    lists = [func.unnest(bindparam(each.name, type_=ARRAY(each.type))) for each in _last.c]
    names = [each.name for each in _last.c]
    return _unless_later(postgresql.insert(_last).from_select(names, select(*lists), include_defaults=False))


def _unless_later(statement: Any) -> Any:
    values = {each.name: statement.excluded[each.name] for each in _last.c if not each.primary_key}
    later = statement.excluded.measured_at > _last.c.measured_at
    return statement.on_conflict_do_update(index_elements=["contact"], set_=values, where=later)


# -- values ---------------------------------------------------------------------------------------------------


def _fix_of(report: PositionReport, now: datetime) -> Fix:
    arrived = min(report.received_at, now)
    ahead = report.measured_at > arrived + MOST_AHEAD
    measured_at = arrived if ahead else report.measured_at
    return Fix(point=report.point, measured_at=measured_at, accuracy=report.accuracy)


def _fix(row: Any) -> Fix:
    return Fix(point=Point(row.lat, row.lon), measured_at=row.measured_at, accuracy=row.accuracy)


def _is_later(fix: Fix, other: Fix | None) -> bool:
    return other is None or fix.measured_at > other.measured_at


def _position_of(row: Any) -> Position:
    values = dict(row._mapping)
    return Position(point=Point(values.pop("lat"), values.pop("lon")), **values)
