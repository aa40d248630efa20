"""Encryption: what is stored says nothing without the keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing_rules.messages import Address
from storage.people import Keyring, WrongMasterKey, new_contact_id
from tests.storage.samples import ALICE, BOB

_KEYRING = Keyring(b"only for tests, never anywhere else!")
_OTHER = Keyring(b"another key, just as long as the one")


@given(st.text(max_size=80))
def test_what_was_encrypted_can_be_read_again(text: str) -> None:
    wrapped, key = _KEYRING.new_person("abc")
    stored = key.encrypt(text)
    assert _KEYRING.person("abc", wrapped).decrypt(stored) == text
    assert len(text) < 4 or text.encode() not in stored


def test_the_same_text_never_looks_the_same_twice() -> None:
    _, key = _KEYRING.new_person("abc")
    assert key.encrypt("+8613800000000") != key.encrypt("+8613800000000")


def test_another_master_key_opens_nothing() -> None:
    wrapped, _ = _KEYRING.new_person("abc")
    with pytest.raises(WrongMasterKey):
        _OTHER.person("abc", wrapped)


def test_a_key_cannot_be_handed_to_another_person() -> None:
    wrapped, _ = _KEYRING.new_person("abc")
    with pytest.raises(WrongMasterKey):
        _KEYRING.person("xyz", wrapped)


def test_a_changed_ciphertext_is_refused() -> None:
    _, key = _KEYRING.new_person("abc")
    stored = bytearray(key.encrypt("a name"))
    stored[-1] ^= 1
    with pytest.raises(WrongMasterKey):
        key.decrypt(bytes(stored))


def test_an_address_has_one_index_for_each_master_key() -> None:
    assert _KEYRING.address_index(ALICE) == _KEYRING.address_index(Address("sim", "alice"))
    assert len({ring.address_index(each) for ring in (_KEYRING, _OTHER) for each in (ALICE, BOB)}) == 4
    assert "alice" not in _KEYRING.address_index(ALICE)


def test_each_purpose_has_a_key_of_its_own() -> None:
    assert _KEYRING.reply_code_key != _KEYRING.seal_key


def test_keys_are_never_printed() -> None:
    _, key = _KEYRING.new_person("abc")
    assert repr(_KEYRING) == "Keyring(…)"
    assert repr(key) == "PersonKey(…)"


def test_a_short_master_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 random bytes"):
        Keyring(b"short")


def test_ids_of_contacts_are_random() -> None:
    assert len({new_contact_id() for _ in range(1000)}) == 1000
