"""The ledger and its seals. The database itself refuses to change or delete a row of them, see the first
migration.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field

from storage.models.base import BigId, Row, UtcDateTime, partial_index, table_of


class LedgerRow(Row, table=True):
    """One fact in a chain of facts: "case:<number>" or "engine:<name>"."""

    __tablename__ = "ledger"

    chain: str = Field(primary_key=True)
    #: From 1, without gaps.
    seq: int = Field(primary_key=True)
    case_number: int | None = Field(default=None, sa_type=BigId)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    actor: str
    kind: str
    #: Canonical JSON: sorted keys, no white space. Kept as text, since its bytes are hashed.
    data: str = Field(sa_type=Text)
    #: Hash of the entry before, empty for the first.
    prev: str
    hash: str


class EngineChainRow(Row, table=True):
    """Head of a chain of facts that belong to no case; cases keep their heads themselves."""

    __tablename__ = "engine_chain"
    __table_args__ = (partial_index("ix_engine_chain_unsealed", "name", where="seq > sealed_seq"),)

    name: str = Field(primary_key=True)
    seq: int = 0
    head: str = ""
    sealed_seq: int = 0


class SealRow(Row, table=True):
    """A seal over all heads that changed since the one before."""

    __tablename__ = "seal"

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcDateTime)
    #: How many heads it covers.
    heads: int
    #: Digest over these heads, sorted.
    root: str
    #: Hash of the seal before, empty for the first.
    prev: str
    hash: str
    #: HMAC of the hash: whoever can only write to the database cannot make it.
    mac: str


class SealHeadRow(Row, table=True):
    """One head that a seal covers."""

    __tablename__ = "seal_head"

    seal: int = Field(primary_key=True, foreign_key="seal.seq", sa_column_kwargs={"autoincrement": False})
    chain: str = Field(primary_key=True)
    seq: int
    head: str


ledger = table_of(LedgerRow)
engine_chain = table_of(EngineChainRow)
seal = table_of(SealRow)
seal_head = table_of(SealHeadRow)
