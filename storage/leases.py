"""Things that only one process may do at a time, such as polling a provider."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from storage import bulk, models

_lease = models.lease


def take(connection: Connection, name: str, holder: str, now: datetime, seconds: float) -> bool:
    """Hold a lease for so many seconds from ``now``, anew or on; False while somebody else holds it."""
    row = connection.execute(select(_lease).where(_lease.c.name == name).with_for_update()).first()
    if row is not None and row.holder != holder and row.until > now:
        return False
    values = {"name": name, "holder": holder, "until": now + timedelta(seconds=seconds)}
    bulk.upsert(connection, _lease, [values], key=("name",))
    return True


def drop_all(connection: Connection) -> None:
    """Whoever held a lease is gone: for the start of the only process."""
    connection.execute(delete(_lease))
