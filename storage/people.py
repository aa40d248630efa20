"""Encryption of names and addresses, one key a person; keys are never printed, logged or stored in clear.

From the master key (which only the configuration holds) HKDF derives one key for each use. Each person has a
random key of his own, stored wrapped; whoever destroys it has erased name and addresses everywhere, in
backups too. Addresses are found through a keyed digest, so that a copy of the database alone tells nobody's
number.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from routing_rules.messages import Address

_KEY_BYTES = 32
_NONCE_BYTES = 12
#: 128 bits of an HMAC: no two addresses of a city ever share an index.
_INDEX_BYTES = 16


class WrongMasterKey(ValueError):
    """The master key does not fit this database: what was encrypted cannot be read with it."""

    def __init__(self) -> None:
        super().__init__(" ".join((self.__doc__ or "").split()))


class Keyring:
    """Everything that is derived from the master key."""

    __slots__ = ("_index_key", "_wrapping", "reply_code_key", "seal_key")

    def __init__(self, master_key: bytes) -> None:
        """Derive all keys. Raises ValueError for a master key under 32 bytes."""
        if len(master_key) < _KEY_BYTES:
            raise ValueError(f"the master key needs at least {_KEY_BYTES} random bytes")
        self._wrapping = AESGCM(_derived(master_key, "people"))
        self._index_key = _derived(master_key, "address index")
        #: For the truncated HMAC that makes reply codes.
        self.reply_code_key = _derived(master_key, "reply codes")
        #: For the seals of the ledger.
        self.seal_key = _derived(master_key, "seals")

    def __repr__(self) -> str:
        return "Keyring(…)"

    def address_index(self, address: Address) -> str:
        """Digest by which an address is found: 22 characters that tell nothing without the master key."""
        digest = hmac.digest(self._index_key, str(address).encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest[:_INDEX_BYTES]).rstrip(b"=").decode()

    def new_person(self, contact: str) -> tuple[bytes, PersonKey]:
        """A fresh key for a person: in the form that is stored, and ready for use."""
        key = secrets.token_bytes(_KEY_BYTES)
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._wrapping.encrypt(nonce, key, contact.encode()), PersonKey(key)

    def person(self, contact: str, wrapped: bytes) -> PersonKey:
        """The person's key from its stored form. Raises WrongMasterKey."""
        try:
            key = self._wrapping.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], contact.encode())
        except InvalidTag:
            raise WrongMasterKey from None
        return PersonKey(key)


class PersonKey:
    """Encrypts and decrypts what belongs to one person."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def __repr__(self) -> str:
        return "PersonKey(…)"

    def encrypt(self, text: str) -> bytes:
        """Nonce and ciphertext of a text."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), None)

    def decrypt(self, stored: bytes) -> str:
        """The text again. Raises WrongMasterKey when it was encrypted with another key or was changed."""
        try:
            return self._cipher.decrypt(stored[:_NONCE_BYTES], stored[_NONCE_BYTES:], None).decode()
        except InvalidTag:
            raise WrongMasterKey from None


def new_contact_id() -> str:
    """A random id that says nothing about the person; 80 bits, so two never meet."""
    return secrets.token_hex(10)


def _derived(master_key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=b"gridgate " + purpose.encode()).derive(master_key)
