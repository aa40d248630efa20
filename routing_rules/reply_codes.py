"""The six digits that open a task by text, derived and never stored.

A code is a truncated HMAC over (assignment, contact, n). Only a digest of it is kept, so that an incoming code is found
by an index and a copy of the database gives none away. ``n`` grows when two live codes of one person would be equal.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256

from routing_rules.messages import Address

#: Without those that look like another (0 and O, 1 and I); 32 of them, so that each is equally likely.
_INVITE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

#: More than enough: two tries collide once in a million for each live code of a person.
MAX_TRIES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyCode:
    """Which task a person's code opens. It is alive as long as the assignment."""

    contact: str
    case_number: int
    #: The assignment within the case.
    seq: int
    #: Which try was free of collisions.
    n: int
    #: ``ReplyCodes.digest`` of the code.
    digest: str


@dataclass(frozen=True, slots=True)
class ReplyCodes:
    """Derives codes from a secret key."""

    key: bytes

    def code(self, contact: str, case_number: int, seq: int, n: int) -> str:
        """Six digits for one task of one person."""
        mac = self._mac(f"code|{case_number}|{seq}|{contact}|{n}")
        return f"{int.from_bytes(mac[:8], 'big') % 1_000_000:06d}"

    def digest(self, contact: str, code: str) -> str:
        """What is stored and searched for: tells nothing about the code without the key."""
        return self._mac(f"digest|{contact}|{code}")[:12].hex()

    def confirmation(self, contact: str, address: Address) -> str:
        """The code that a new number of staff must send back before it gets a task; another number has another."""
        mac = self._mac(f"confirm|{contact}|{address}")
        return f"{int.from_bytes(mac[:8], 'big') % 1_000_000:06d}"

    def invite(self, binding: str) -> str:
        """The invite code of a binding as the office hands it on, "7F3K-92QD"; it can be shown once again."""
        mac = self._mac(f"invite|{binding}")
        letters = "".join(_INVITE_LETTERS[byte % len(_INVITE_LETTERS)] for byte in mac[:8])
        return f"{letters[:4]}-{letters[4:]}"

    def invite_digest(self, code: str) -> str:
        """What is stored of an invite code and searched for; case, blanks and dashes do not matter."""
        plain = "".join(character for character in code.upper() if character.isalnum())
        return self._mac(f"invited|{plain}")[:16].hex()

    def shown(self, reply_code: ReplyCode) -> str:
        """The same six digits again."""
        return self.code(reply_code.contact, reply_code.case_number, reply_code.seq, reply_code.n)

    def _mac(self, text: str) -> bytes:
        return hmac.new(self.key, text.encode(), sha256).digest()
