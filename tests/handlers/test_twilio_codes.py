"""Twilio's tables: what an answer's status and code mean for a text."""

from __future__ import annotations

import pytest

from handlers.twilio_codes import CODES, MESSAGE_STATUS, explain, refusal


@pytest.mark.parametrize(
    ("status", "code", "retryable", "known"),
    [
        (302, None, True, False),
        (400, "21211", False, True),
        (400, "21610", False, True),
        (400, "21611", True, True),
        (400, "63016", False, True),
        (400, "99999", False, True),
        (400, None, True, True),
        (401, "20003", True, True),
        (403, None, True, True),
        (404, "20404", False, True),
        (408, None, True, False),
        (429, None, True, True),
        (429, "20429", True, True),
        (429, "14107", True, True),
        (500, None, True, False),
        (502, None, True, False),
        (503, None, True, True),
        (504, None, True, False),
        (599, "12345", True, False),
    ],
)
def test_what_a_refusal_means(status: int, code: str | None, retryable: bool, known: bool) -> None:
    error = refusal(status, code, None)
    assert (error.retryable, error.outcome_known) == (retryable, known)


def test_every_reason_is_a_clause_for_people() -> None:
    for code, meaning in CODES.items():
        assert code.isdigit()
        assert 10 < len(meaning.reason) < 90
        assert not meaning.reason.endswith(".")
        assert not (meaning.opted_out and meaning.retryable)
    assert explain("12").reason == "Twilio refused the text with code 12"
    assert explain(None).reason == "Twilio gave no reason"


def test_every_status_in_the_table_is_spelt_as_in_the_library() -> None:
    from twilio.rest.api.v2010.account.message import MessageInstance

    theirs = {value for name, value in vars(MessageInstance.Status).items() if name.isupper()}
    assert theirs == set(MESSAGE_STATUS)
