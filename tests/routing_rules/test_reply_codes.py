"""Reply codes: the same each time, different for everybody, and nothing of them is stored."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from routing_rules.messages import Address
from routing_rules.reply_codes import MAX_TRIES, ReplyCode, ReplyCodes

CODES = ReplyCodes(b"k" * 32)
PEOPLE = st.text(alphabet="0123456789abcdef", min_size=8, max_size=8)


@given(PEOPLE, st.integers(1, 10**9), st.integers(1, 99), st.integers(0, MAX_TRIES))
def test_a_code_is_six_digits_and_the_same_each_time(contact: str, number: int, seq: int, n: int) -> None:
    code = CODES.code(contact, number, seq, n)
    assert len(code) == 6
    assert code.isascii()
    assert code.isdecimal()
    assert code == ReplyCodes(b"k" * 32).code(contact, number, seq, n)


def test_each_person_task_and_try_has_a_code_of_its_own() -> None:
    codes = {
        CODES.code(contact, number, seq, n)
        for contact in ("anna", "bert")
        for number in (1042, 1043)
        for seq in (1, 2)
        for n in (0, 1)
    }
    assert len(codes) == 16


def test_another_key_makes_other_codes() -> None:
    other = ReplyCodes(b"x" * 32)
    same = sum(CODES.code("anna", number, 1, 0) == other.code("anna", number, 1, 0) for number in range(1000))
    assert same <= 2


def test_codes_are_spread_over_all_digits() -> None:
    first = Counter(CODES.code("anna", number, 1, 0)[0] for number in range(5000))
    assert set(first) == set("0123456789")
    assert max(first.values()) < 700


def test_parts_of_a_code_are_not_mixed_up() -> None:
    assert CODES.code("anna", 11, 2, 0) != CODES.code("anna", 1, 12, 0)
    assert CODES.code("anna|1", 1, 1, 0) != CODES.code("anna", 1, 1, 10)


def test_the_digest_says_nothing_and_differs_by_person() -> None:
    code = CODES.code("anna", 1042, 1, 0)
    digest = CODES.digest("anna", code)
    assert len(digest) == 24
    assert code not in digest
    assert digest != CODES.digest("bert", code)
    assert digest != ReplyCodes(b"x" * 32).digest("anna", code)


def test_a_stored_code_is_shown_again() -> None:
    code = CODES.code("anna", 1042, 3, 2)
    stored = ReplyCode(contact="anna", case_number=1042, seq=3, n=2, digest=CODES.digest("anna", code))
    assert CODES.shown(stored) == code


def test_a_confirmation_belongs_to_one_person_and_one_number() -> None:
    first = CODES.confirmation("anna", Address("sim", "anna"))
    assert len(first) == 6
    assert first == CODES.confirmation("anna", Address("sim", "anna"))
    assert (
        len(
            {
                first,
                CODES.confirmation("anna", Address("sim", "new")),
                CODES.confirmation("bert", Address("sim", "anna")),
            }
        )
        == 3
    )
