"""Buttons under our messages in a chat: opaque tokens, derived and looked up on our side.

A token says nothing by itself and can be invented by anybody; what it does stands in the Button that its digest finds,
bound to a person, a case, a task and a time.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """What one button does, and what became of it."""

    #: ``ButtonTokens.digest`` of its token; its identity.
    digest: str
    #: The only person who may press it.
    contact: str
    case_number: int | None
    #: The assignment within the case that it acts on; it is dead when that has ended. None: the case itself.
    seq: int | None
    #: What it does: a ``commands.Verb`` value, or one of ``reports.REPORT_ACTIONS``.
    action: str
    #: What the action is given, for example a category code.
    value: str = ""
    offered_at: datetime
    expires_at: datetime
    pressed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ButtonTokens:
    """Derives tokens from a secret key; they fit the 64 bytes that chats allow."""

    key: bytes

    def token(self, contact: str, subject: str) -> str:
        """A token for a subject that is unique for the person, for example "1042:3:done:7"."""
        return base64.urlsafe_b64encode(self._mac(f"button|{contact}|{subject}")[:18]).decode()

    def digest(self, token: str) -> str:
        """What is stored and searched for; any text may be given."""
        return self._mac(f"press|{token}")[:16].hex()

    def _mac(self, text: str) -> bytes:
        return hmac.new(self.key, text.encode("utf-8", "surrogatepass"), sha256).digest()
