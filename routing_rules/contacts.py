"""A person behind one or several addresses, as far as the rules need to know them.

Names and numbers stay in storage; the rules see a surrogate id and never a telephone number in a ledger fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from routing_rules.messages import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody who texts us or is texted by us."""

    #: Random surrogate id; it stands on the ledger and survives the erasure of the person.
    id: str
    #: In the order in which they are tried.
    addresses: tuple[Address, ...]
    #: "zh" or "en"; None until the first text decides.
    language: str | None = None
    #: The grid or community where the person lives, where known.
    home_area: str | None = None
    opted_out_at: datetime | None = None
    #: Wrong reply codes since the last right one.
    wrong_codes: int = 0
    #: Commands with a code are refused until then.
    locked_until: datetime | None = None
    #: Texts in a row that nobody could make sense of.
    unclear_texts: int = 0
    #: When a list of open tasks was last sent unasked.
    tasks_listed_at: datetime | None = None
    #: The first address still waits for the code that proves it reaches the right person.
    unconfirmed: bool = False
