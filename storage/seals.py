"""Seals over the ledger: now and then the heads that changed are hashed, chained and signed; they make lost
tails visible.

A chain alone does not show that its end was cut off or that all of it was written anew. A seal does, as long
as one copy of it lies outside the database: in a file, in the log, in the supervisor's digest.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, select

from storage import bulk, models
from storage.canonical import compact_json, moment
from storage.ledger import chain_of
from storage.people import Keyring
from storage.verification import Broken

_ledger = models.ledger
_seal = models.seal
_seal_head = models.seal_head
_BATCH = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """One seal, as it stands in the database and outside."""

    seq: int
    #: ISO 8601 in UTC.
    at: str
    #: How many heads it covers.
    heads: int
    #: Digest over these heads.
    root: str
    #: Hash of the seal before, empty for the first.
    prev: str
    hash: str
    #: HMAC of the hash with a key derived from the master key.
    mac: str

    def as_dict(self) -> dict[str, object]:
        """For the copy outside the database."""
        return asdict(self)


def seal(connection: Connection, keyring: Keyring, now: datetime) -> Seal | None:
    """Seal every head that changed since the last seal; None when none did."""
    cases = _unsealed(connection, models.case, "number")
    engines = _unsealed(connection, models.engine_chain, "name")
    heads = sorted(
        [(chain_of(row[0]), row[1], row[2]) for row in cases]
        + [(chain_of(None, row[0]), row[1], row[2]) for row in engines]
    )
    if not heads:
        return None
    last = connection.execute(select(_seal.c.seq, _seal.c.hash).order_by(_seal.c.seq.desc()).limit(1)).first()
    made = _made(
        keyring,
        seq=last[0] + 1 if last else 1,
        at=now,
        heads=len(heads),
        root=_root(heads),
        prev=last[1] if last else "",
    )
    bulk.insert(connection, _seal, [{**asdict(made), "at": now}])
    rows = [{"seal": made.seq, "chain": chain, "seq": seq, "head": head} for chain, seq, head in heads]
    bulk.insert(connection, _seal_head, rows)
    sealed = [{"number": row[0], "sealed_seq": row[1]} for row in cases]
    bulk.update(connection, models.case, sealed, key=("number",))
    sealed = [{"name": row[0], "sealed_seq": row[1]} for row in engines]
    bulk.update(connection, models.engine_chain, sealed, key=("name",))
    return made


def verify_seals(
    connection: Connection, keyring: Keyring, outside: Iterable[Mapping[str, object]] = ()
) -> Broken | None:
    """Check every seal, that the ledger still has each head it covers, and that the copies outside agree.

    Returns None when all is well. ``outside`` holds dicts as ``Seal.as_dict`` made them.
    """
    seals = [_seal_of(row) for row in connection.execute(select(_seal).order_by(_seal.c.seq))]
    return (
        _broken_chain(keyring, seals)
        or _broken_copies(keyring, seals, outside)
        or _broken_heads(connection, seals)
        or _lost_head(connection)
    )


def _unsealed(connection: Connection, table: Table, key: str) -> Sequence[Any]:
    query = select(table.c[key], table.c.seq, table.c.head).where(table.c.seq > table.c.sealed_seq)
    return connection.execute(query.order_by(table.c[key]).with_for_update()).all()


def _root(heads: Iterable[tuple[str, int, str]]) -> str:
    digest = hashlib.sha256()
    for chain, seq, head in heads:
        digest.update(f"{chain} {seq} {head}\n".encode())
    return digest.hexdigest()


def _made(keyring: Keyring, *, seq: int, at: datetime, heads: int, root: str, prev: str) -> Seal:
    content = compact_json([prev, seq, moment(at), heads, root])
    hashed = hashlib.sha256(content.encode()).hexdigest()
    mac = hmac.new(keyring.seal_key, hashed.encode(), hashlib.sha256).hexdigest()
    return Seal(seq=seq, at=moment(at), heads=heads, root=root, prev=prev, hash=hashed, mac=mac)


def _seal_of(row: Any) -> Seal:
    return Seal(**{**row._mapping, "at": moment(row.at)})


def _broken_chain(keyring: Keyring, seals: Sequence[Seal]) -> Broken | None:
    prev = ""
    for number, each in enumerate(seals, start=1):
        expected = _made(
            keyring,
            seq=number,
            at=datetime.fromisoformat(each.at),
            heads=each.heads,
            root=each.root,
            prev=prev,
        )
        if each.seq != number:
            return Broken(chain="seal", seq=number, reason="the seal is missing")
        if not hmac.compare_digest(each.mac, expected.mac) or each != expected:
            return Broken(chain="seal", seq=number, reason="the seal is not genuine, or the master key is another one")
        prev = each.hash
    return None


def _broken_copies(keyring: Keyring, seals: Sequence[Seal], outside: Iterable[Mapping[str, object]]) -> Broken | None:
    for copy in outside:
        seq, mac = copy.get("seq"), str(copy.get("mac"))
        genuine = hmac.new(keyring.seal_key, str(copy.get("hash")).encode(), hashlib.sha256).hexdigest()
        if not isinstance(seq, int) or not hmac.compare_digest(mac, genuine):
            return Broken(chain="seal", seq=0, reason="a copy kept outside is not genuine")
        if seq > len(seals):
            return Broken(chain="seal", seq=seq, reason="the database is older than this seal, which was kept outside")
        if seals[seq - 1].as_dict() != dict(copy):
            return Broken(chain="seal", seq=seq, reason="the copy kept outside is another one")
    return None


def _broken_heads(connection: Connection, seals: Sequence[Seal]) -> Broken | None:
    columns = (_seal_head.c.chain, _seal_head.c.seq, _seal_head.c.head)
    for each in seals:
        query = select(*columns).where(_seal_head.c.seal == each.seq)
        rows = sorted((row[0], row[1], row[2]) for row in connection.execute(query))
        if len(rows) != each.heads or _root(rows) != each.root:
            return Broken(chain="seal", seq=each.seq, reason="the heads it covers were changed")
    return None


def _lost_head(connection: Connection) -> Broken | None:
    """A sealed head that the ledger no longer has: the tail was cut off, or the chain written anew."""
    query = (
        select(_seal_head.c.chain, _seal_head.c.seq)
        .outerjoin(_ledger, (_ledger.c.chain == _seal_head.c.chain) & (_ledger.c.seq == _seal_head.c.seq))
        .where(_ledger.c.hash.is_(None) | (_ledger.c.hash != _seal_head.c.head))
        .order_by(_seal_head.c.seal, _seal_head.c.chain)
        .limit(1)
    )
    row = next(islice(connection.execute(query), 1), None)
    if row is None:
        return None
    return Broken(chain=row[0], seq=row[1], reason="the ledger does not have what was sealed here")
