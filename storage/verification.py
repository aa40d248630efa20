"""Reads the whole ledger and says whether it is intact, or names the first bad row and why; it changes
nothing.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from routing_rules.decisions import EntryKind
from storage import bulk, models
from storage.ledger import EMPTY, Head, chain_of, row_hash

_ledger = models.ledger
_case = models.case
_engine = models.engine_chain

#: Rows fetched at once, and chains whose heads are compared at once.
_BATCH = 2000
_KINDS = frozenset(kind.value for kind in EntryKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The whole ledger was read and every hash is right."""

    rows: int
    chains: int

    @property
    def intact(self) -> bool:
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The first place where the ledger is not what was written."""

    #: "case:1042" or "engine:main"; or "seal".
    chain: str
    seq: int
    #: A sentence for people.
    reason: str

    @property
    def intact(self) -> bool:
        return False


def verify(connection: Connection) -> Verified | Broken:
    """Check every chain: numbers without gaps, each hash, known kinds, and the ends against the heads.

    To be run in a reading transaction, so that all is of one moment. A chain alone does not show a lost
    tail, hence the heads; a rewritten chain with its head is shown by the seals.
    """
    rows = 0
    ends: dict[str, Head] = {}
    chains = 0
    with closing(_stream(connection)) as stream:
        for chain, entries in groupby(stream, key=lambda row: row[0]):
            end = _end_of(chain, entries)
            if isinstance(end, Broken):
                return end
            ends[chain] = end
            rows += end.seq
            chains += 1
            if len(ends) >= _BATCH:
                if (broken := _compare_heads(connection, ends)) is not None:
                    return broken
                ends.clear()
    broken = _compare_heads(connection, ends) or _chain_without_rows(connection)
    return broken or Verified(rows=rows, chains=chains)


def verify_case(connection: Connection, number: int) -> Verified | Broken:
    """Check the chain of one case alone."""
    chain = chain_of(number)
    end = _end_of(chain, connection.execute(_query().where(_ledger.c.chain == chain)).all())
    if isinstance(end, Broken):
        return end
    return _compare_heads(connection, {chain: end}) or Verified(rows=end.seq, chains=1)


def _end_of(chain: str, entries: Iterable[Sequence[Any]]) -> Head | Broken:
    """The head that the entries of one chain lead to, or the first of them that is wrong."""
    end = EMPTY
    for row in entries:
        reason = _wrong(row, end)
        if reason is not None:
            return Broken(chain=chain, seq=row[1], reason=reason)
        end = Head(row[1], row[8])
    return end


def _query() -> Any:
    columns = ("chain", "seq", "case_number", "at", "actor", "kind", "data", "prev", "hash")
    return select(*(_ledger.c[name] for name in columns)).order_by(_ledger.c.chain, _ledger.c.seq)


def _stream(connection: Connection) -> Generator[Sequence[Any], None, None]:
    result = connection.execute(_query().execution_options(stream_results=True, yield_per=_BATCH))
    with closing(result):
        for partition in result.partitions():
            yield from partition


def _wrong(row: Sequence[Any], end: Head) -> str | None:
    chain, seq, case_number, at, actor, kind, data, prev, stored = row
    if seq != end.seq + 1:
        return f"entry {end.seq + 1} is missing"
    if prev != end.hash:
        return "it does not follow the entry before it"
    if stored != row_hash(
        prev, chain=chain, seq=seq, case_number=case_number, at=at, actor=actor, kind=kind, data=data
    ):
        return "its content was changed"
    if kind not in _KINDS:
        return f"its kind {kind!r} is not known"
    if case_number is not None and chain != chain_of(case_number):
        return "it stands in the chain of another case"
    return None


def _compare_heads(connection: Connection, ends: dict[str, Head]) -> Broken | None:
    heads = _heads(connection, list(ends))
    for chain, end in ends.items():
        head = heads.get(chain)
        if head is None:
            return Broken(chain=chain, seq=end.seq, reason="what it belongs to is gone")
        if head.seq > end.seq:
            return Broken(chain=chain, seq=end.seq + 1, reason=f"entries {end.seq + 1} to {head.seq} are missing")
        if head != end:
            return Broken(chain=chain, seq=end.seq, reason="the end does not fit the head that was kept of it")
    return None


def _heads(connection: Connection, chains: Sequence[str]) -> dict[str, Head]:
    numbers = [int(chain[5:]) for chain in chains if chain.startswith("case:") and chain[5:].isdecimal()]
    names = [chain[7:] for chain in chains if chain.startswith("engine:")]
    found: dict[str, Head] = {}
    for chunk in bulk.chunks(numbers):
        query = select(_case.c.number, _case.c.seq, _case.c.head).where(_case.c.number.in_(chunk))
        found.update((chain_of(row[0]), Head(row[1], row[2])) for row in connection.execute(query))
    for part in bulk.chunks(names):
        engines = select(_engine.c.name, _engine.c.seq, _engine.c.head).where(_engine.c.name.in_(part))
        found.update((chain_of(None, row[0]), Head(row[1], row[2])) for row in connection.execute(engines))
    return found


def _chain_without_rows(connection: Connection) -> Broken | None:
    """A head without its last entry: the whole chain is gone."""
    sources = ((_case, _case.c.number, "case:"), (_engine, _engine.c.name, "engine:"))
    for table, key, prefix in sources:
        chain = prefix + key.cast(_ledger.c.chain.type)
        last = (_ledger.c.chain == chain) & (_ledger.c.seq == table.c.seq)
        query = (
            select(key, table.c.seq)
            .outerjoin(_ledger, last)
            .where(table.c.seq > 0, _ledger.c.chain.is_(None))
            .order_by(key)
            .limit(1)
        )
        row = connection.execute(query).first()
        if row is not None:
            return Broken(chain=f"{prefix}{row[0]}", seq=1, reason=f"all of its {row[1]} entries are missing")
    return None
