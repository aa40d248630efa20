"""The ledger: facts appended to a chain for each case, never changed; this room writes facts and reads none
of them.

hash = SHA-256(prev ‖ canonical row). The head of a case's chain stands on the case, so engines never queue
for a global one and a case verifies alone. Facts without a case form one chain for each engine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from routing_rules.decisions import LedgerEntry
from storage import bulk, models
from storage.canonical import compact_json, moment

_ledger = models.ledger
_case = models.case
_engine = models.engine_chain

#: Chain of facts without a case, where only one engine writes.
DEFAULT_ENGINE = "main"


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain."""

    seq: int
    hash: str


#: Of a chain without any fact.
EMPTY = Head(0, "")


def append(connection: Connection, entries: Sequence[LedgerEntry], *, engine: str = DEFAULT_ENGINE) -> dict[str, Head]:
    """Append facts in their order, each to its chain, and move the heads; returns the new heads by chain.

    The cases must stand in the database already. Raises LookupError for one that does not, ValueError or
    TypeError for data that is no JSON.
    """
    if not entries:
        return {}
    heads = _heads(connection, entries, engine)
    rows: list[dict[str, Any]] = []
    for entry in entries:
        chain = chain_of(entry.case_number, engine)
        if chain not in heads:
            raise LookupError(f"a fact about case {entry.case_number}, which does not exist")
        row = _row(entry, chain, heads[chain])
        heads[chain] = Head(row["seq"], row["hash"])
        rows.append(row)
    bulk.insert(connection, _ledger, rows)
    _move(connection, heads)
    return heads


def chain_of(case_number: int | None, engine: str = DEFAULT_ENGINE) -> str:
    """Name of the chain that a fact belongs to: "case:1042" or "engine:main"."""
    return f"engine:{engine}" if case_number is None else f"case:{case_number}"


def row_hash(
    prev: str,
    *,
    chain: str,
    seq: int,
    case_number: int | None,
    at: datetime,
    actor: str,
    kind: str,
    data: str,
) -> str:
    """SHA-256 over the hash before and everything in the row, as hex digits. ``data`` is the stored text."""
    row = compact_json([prev, chain, seq, case_number, moment(at), actor, kind, data])
    return hashlib.sha256(row.encode()).hexdigest()


def data_as_text(data: Mapping[str, object]) -> str:
    """The data of a fact in its stored form; moments in UTC, sets sorted."""
    return compact_json(_plain(data))


def _row(entry: LedgerEntry, chain: str, head: Head) -> dict[str, Any]:
    row = {
        "chain": chain,
        "seq": head.seq + 1,
        "case_number": entry.case_number,
        "at": entry.at,
        "actor": entry.actor,
        "kind": entry.kind.value,
        "data": data_as_text(entry.data),
    }
    return {**row, "prev": head.hash, "hash": row_hash(head.hash, **row)}  # type: ignore[arg-type]


def _heads(connection: Connection, entries: Iterable[LedgerEntry], engine: str) -> dict[str, Head]:
    numbers = {entry.case_number for entry in entries}
    heads: dict[str, Head] = {}
    for chunk in bulk.chunks(number for number in numbers if number is not None):
        query = select(_case.c.number, _case.c.seq, _case.c.head).where(_case.c.number.in_(chunk))
        # In order of number, so that two engines never wait for each other in a circle.
        for row in connection.execute(query.order_by(_case.c.number).with_for_update()):
            heads[chain_of(row.number)] = Head(row.seq, row.head)
    if None in numbers:
        empty = {"name": engine, "seq": 0, "head": "", "sealed_seq": 0}
        bulk.insert_or_ignore(connection, _engine, [empty], key=("name",))
        query = select(_engine.c.seq, _engine.c.head).where(_engine.c.name == engine)
        heads[chain_of(None, engine)] = Head(*connection.execute(query.with_for_update()).one())
    return heads


def _move(connection: Connection, heads: Mapping[str, Head]) -> None:
    cases: list[dict[str, Any]] = []
    engines: list[dict[str, Any]] = []
    for chain, head in heads.items():
        kind, _, name = chain.partition(":")
        ends = {"seq": head.seq, "head": head.hash}
        if kind == "case":
            cases.append({"number": int(name), **ends})
        else:
            engines.append({"name": name, **ends})
    bulk.update(connection, _case, cases, key=("number",))
    bulk.update(connection, _engine, engines, key=("name",))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(_plain(each) for each in value)  # type: ignore[type-var]
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
