"""Phone numbers in canonical form; service senders; masking."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.addresses import dialable_phone, is_service_sender, masked, normalise_phone
from routing_rules.messages import Address


def test_every_example_number_of_the_world_is_normalised_or_refused_as_expected(data_folder: Path) -> None:
    path = data_folder / "phone_vectors" / "phonenumbers_9.0.43_examples.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 1619
    for row in rows:
        written = [row[form] for form in ("e164", "national", "international") if row[form]]
        if row["valid"] == "1":
            assert {normalise_phone(text, row["region"]) for text in written} == {row["e164"]}, row
            assert {dialable_phone(text, row["region"]) for text in written} == {row["e164"]}, row
        else:
            for text in written:
                with pytest.raises(ValueError, match="numbering plan"):
                    dialable_phone(text, row["region"])
            # Nobody is dropped for it: a sender with this number stays who he is.
            assert normalise_phone(row["e164"], row["region"]) == row["e164"]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("10086", "10086"),
        ("12345", "12345"),
        ("95588", "95588"),
        ("10639393", "10639393"),
        ("1065712345", "1065712345"),
        ("106575000000123456", "106575000000123456"),
        ("Bank of X", "BankofX"),
        ("13800138000", "+8613800138000"),
        ("138 0013 8000", "+8613800138000"),
        ("138-0013-8000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("0086 13800138000", "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("(0580) 202 5555", "+865802025555"),
        ("+15550000000", "+15550000000"),
        ("+999123", "+999123"),
    ],
)
def test_a_sender_in_china_has_one_form(text: str, canonical: str) -> None:
    assert normalise_phone(text, "CN") == canonical


@pytest.mark.parametrize("text", ["", " ", "+", "()"])
def test_a_text_without_digits_or_letters_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="digits"):
        normalise_phone(text, "CN")


@given(st.text(max_size=300))
def test_whatever_is_given_the_canonical_form_is_stable(text: str) -> None:
    try:
        once = normalise_phone(text, "CN")
    except ValueError:
        return
    assert normalise_phone(once, "CN") == once


@pytest.mark.parametrize(
    ("address", "service"),
    [
        ("tel:10086", True),
        ("tel:12345", True),
        ("tel:95588", True),
        ("tel:106575000000", True),
        ("tel:+8610655123", True),
        ("tel:ALERTS", True),
        ("tel:招商银行", True),
        ("tel:+8613800138000", False),
        ("tel:+861065512345", False),  # a land line in Beijing
        ("tel:13800138000", False),
        ("tel:+15005550010", False),
        ("sim:12345", False),
        ("sim:alice", False),
        ("whatsapp:US.13491208655302741918", False),
    ],
)
def test_machines_are_told_from_people(address: str, service: bool) -> None:
    assert is_service_sender(Address.parse(address)) is service


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("tel:+8613800138000", "138****8000"),
        ("whatsapp:+15005550010", "+15****0010"),
        ("tel:+24762889", "+2****89"),
        ("tel:10086", "****"),
        ("sim:alice", "sim:alice"),
    ],
)
def test_a_masked_number_cannot_be_dialled(address: str, shown: str) -> None:
    assert masked(Address.parse(address)) == shown
