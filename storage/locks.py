"""Locks of a turn on PostgreSQL, where several engines write; on SQLite there is one engine and nothing to
lock.

Every engine takes its locks in the same order (keys by number, then case rows by number), so that none waits
in a circle. Locking the sender alone would let two engines open two cases for one matter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import BigInteger, Connection, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from routing_rules.messages import Address
from storage import bulk, models
from storage.people import Keyring

_LOCK = text("SELECT pg_advisory_xact_lock(key) FROM unnest(:keys) AS key").bindparams(
    bindparam("keys", type_=ARRAY(BigInteger))
)


def sender_key(keyring: Keyring, address: Address) -> str:
    """Keeps one sender's texts in order."""
    return f"sender {keyring.address_index(address)}"


def matter_key(area: str | None, category: str | None) -> str:
    """Lets one case be opened for one matter."""
    return f"matter {area} {category}"


def code_key(digest: str) -> str:
    """Lets a reply code act once."""
    return f"code {digest}"


def words_key(contact: str, body: str) -> str:
    """Lets the same words leave for one person one after the other."""
    return f"words {contact} {body}"


def lock(connection: Connection, keys: Iterable[str]) -> None:
    """Hold these keys until the transaction ends; waits for whoever holds one."""
    if connection.dialect.name == "postgresql" and (numbers := sorted({_number(key) for key in keys})):
        connection.execute(_LOCK, {"keys": numbers})


def lock_cases(connection: Connection, numbers: Iterable[int]) -> None:
    """Hold the rows of these cases until the transaction ends."""
    if connection.dialect.name == "postgresql":
        number = models.case.c.number
        for chunk in bulk.chunks(sorted(set(numbers))):
            connection.execute(select(number).where(number.in_(chunk)).order_by(number).with_for_update())


def _number(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)
