"""People behind addresses. Names and addresses are encrypted with a key per person; destroying the key
erases them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field

from storage.models.base import Row, UtcDateTime, table_of


class ContactRow(Row, table=True):
    """A person, known by a random id."""

    __tablename__ = "contact"

    id: str = Field(primary_key=True)
    #: The person's key, encrypted with the master's; None once the person is erased.
    wrapped_key: bytes | None = Field(default=None, sa_type=LargeBinary)
    #: Encrypted with the person's key.
    name: bytes | None = Field(default=None, sa_type=LargeBinary)
    language: str | None = None
    home_area: str | None = None
    opted_out_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    wrong_codes: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    unclear_texts: int = 0
    tasks_listed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class ContactAddressRow(Row, table=True):
    """One address of a person. Its key is a keyed digest, so that it is found without being readable."""

    __tablename__ = "contact_address"
    __table_args__ = (UniqueConstraint("contact", "position"),)

    #: See ``people.Keyring.address_index``.
    address_index: str = Field(primary_key=True)
    contact: str = Field(foreign_key="contact.id")
    #: Order in which the person's addresses are tried, from 0.
    position: int
    scheme: str
    #: Encrypted with the person's key.
    value: bytes = Field(sa_type=LargeBinary)
    #: When it was proven to reach the person; None while the code has not come back.
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    unreachable_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: The provider's code, for example "21211".
    unreachable_reason: str | None = None


contact = table_of(ContactRow)
contact_address = table_of(ContactAddressRow)
