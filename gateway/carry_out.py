"""What a turn does with each kind of item that is neither a text nor a heartbeat, as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from gateway import bindings, outgoing, overviews
from gateway.city_setup import replace_registry
from gateway.items import (
    AddressReported,
    ClaimPhotos,
    ClaimTexts,
    DropText,
    Forget,
    InviteGridman,
    Item,
    KeepPositions,
    MoveClock,
    PhotosFetched,
    ReplaceRegistry,
    Reported,
    RetryText,
    SealLedger,
    SendDigests,
    Sent,
    TakeLease,
    TakeOver,
    Unbind,
    Unmerge,
)
from gateway.turn import Turn
from gateway.unmerge import unmerge
from storage import buttons, leases, marks, photos, positions, sandbox

#: Seconds that one fetch of a photo owns it before another may try.
_PHOTO_LEASE = 120.0


def carry_out(connection: Connection, turn: Turn, item: Item) -> Any:
    """Do one item; returns what it is answered with. Raises KeyError for a kind that is not in the table."""
    return _ACTIONS[type(item)](connection, turn, item)


def _forget(connection: Connection, turn: Turn, item: Forget) -> int:
    old = positions.forget(connection, turn.now - timedelta(days=item.position_days))
    return old + buttons.forget(connection, turn.now) + marks.forget(connection, turn.now)


def _take_over(connection: Connection, turn: Turn, item: TakeOver) -> int:
    # Else nobody would listen until the dead process's lease ends.
    leases.drop_all(connection)
    return outgoing.take_over(connection, turn)


_ACTIONS: Mapping[type[Any], Callable[[Connection, Turn, Any], Any]] = {
    # texts on their way out
    ClaimTexts: outgoing.claim,
    Sent: lambda connection, turn, item: outgoing.write_attempts(connection, turn, item.attempts),
    Reported: lambda connection, turn, item: outgoing.take_report(connection, turn, item.report),
    AddressReported: lambda connection, turn, item: outgoing.take_address_report(connection, turn, item.report),
    RetryText: outgoing.operate,
    DropText: outgoing.operate,
    Unmerge: unmerge,
    SendDigests: lambda connection, turn, item: overviews.owe_digests(connection, turn),
    # gridmen
    InviteGridman: bindings.invite,
    Unbind: bindings.unbind,
    KeepPositions: lambda connection, turn, item: positions.keep(connection, turn.keyring, item.reports, turn.now),
    ClaimPhotos: lambda connection, turn, item: photos.claim(connection, turn.now, item.limit, _PHOTO_LEASE),
    PhotosFetched: lambda connection, turn, item: photos.settle(connection, item.results),
    # the engine's own house
    TakeOver: _take_over,
    TakeLease: lambda connection, turn, item: leases.take(connection, item.name, item.holder, turn.now, item.seconds),
    Forget: _forget,
    SealLedger: lambda connection, turn, item: outgoing.seal(connection, turn),
    MoveClock: lambda connection, turn, item: sandbox.keep_clock_offset(connection, item.offset),
    ReplaceRegistry: replace_registry,
}
