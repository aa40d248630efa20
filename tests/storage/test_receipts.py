"""What providers say: late senders change nothing, and reports only move a text forward."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from routing_rules.messages import DeliveryReport, DeliveryStatus
from storage import models, outbox, receipts
from storage.database import Database
from storage.people import Keyring
from storage.receipts import Outcome, SendResult
from storage.texts import ClaimedText, TextStatus
from tests.storage.samples import ALICE, NOW, a_text, minutes, open_case


@pytest.fixture
def claimed(database: Database, keyring: Keyring) -> ClaimedText:
    """A text that is being sent."""
    with database.writing() as connection:
        alice = open_case(connection, keyring).id
        outbox.add(connection, keyring, [a_text(alice)], NOW)
    return _claim(database, keyring)


def _claim(database: Database, keyring: Keyring, lease_id: str = "lease-1", now: Any = NOW) -> ClaimedText:
    with database.writing() as connection:
        claim = outbox.claim(connection, keyring, now, limit=1, lease_seconds=60, lease_id=lease_id)
    return claim.texts[0]


def _result(claimed: ClaimedText, outcome: Outcome, **changes: Any) -> SendResult:
    settings = {"lease_id": claimed.lease_id, "channel": "simulator", "address": ALICE, **changes}
    return SendResult(id=claimed.id, outcome=outcome, at=NOW, **settings)


def _mark(database: Database, keyring: Keyring, result: SendResult) -> TextStatus | None:
    with database.writing() as connection:
        fact = receipts.mark(connection, keyring, [result]).get(result.id)
    return fact.status if fact else None


def _report(database: Database, status: DeliveryStatus, **changes: Any) -> list[TextStatus]:
    report = {"external_id": "SM1", "reference": None, "reported_at": NOW, **changes}
    with database.writing() as connection:
        facts = receipts.report(connection, [DeliveryReport(channel="simulator", status=status, **report)])
    return [fact.status for fact in facts]


def _row(database: Database) -> Any:
    with database.reading() as connection:
        return connection.execute(select(models.outbox)).one()


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.SENT, TextStatus.SENT),
        (Outcome.UNKNOWN, TextStatus.UNKNOWN),
        (Outcome.RETRY, TextStatus.PENDING),
        (Outcome.FAILED, TextStatus.FAILED),
        (Outcome.DEAD, TextStatus.DEAD),
    ],
)
def test_the_holder_of_the_lease_marks_the_outcome(
    database: Database, keyring: Keyring, claimed: ClaimedText, outcome: Outcome, status: TextStatus
) -> None:
    assert _mark(database, keyring, _result(claimed, outcome, error="30008")) is status
    row = _row(database)
    assert (row.status, row.lease_id, row.lease_until) == (status, None, None)
    assert row.channel == "simulator"


def test_a_late_sender_changes_nothing(database: Database, keyring: Keyring, claimed: ClaimedText) -> None:
    with database.writing() as connection:
        outbox.release_leases(connection, NOW + minutes(2))
    _claim(database, keyring, "lease-2", NOW + minutes(2))
    for outcome in Outcome:
        assert _mark(database, keyring, _result(claimed, outcome)) is None
    assert _row(database).lease_id == "lease-2"


def test_a_result_counts_once(database: Database, keyring: Keyring, claimed: ClaimedText) -> None:
    sent = _result(claimed, Outcome.SENT, external_id="SM1")
    assert _mark(database, keyring, sent) is TextStatus.SENT
    assert _mark(database, keyring, sent) is None
    assert _mark(database, keyring, _result(claimed, Outcome.RETRY)) is None


def test_a_text_with_an_unknown_outcome_comes_back_to_be_asked_about(
    database: Database, keyring: Keyring, claimed: ClaimedText
) -> None:
    unknown = _result(claimed, Outcome.UNKNOWN, error="timeout", next_attempt_at=NOW + minutes(1))
    _mark(database, keyring, unknown)
    with database.writing() as connection:
        assert not outbox.claim(connection, keyring, NOW, limit=1, lease_seconds=60, lease_id="x")
    again = _claim(database, keyring, "lease-2", NOW + minutes(1))
    assert (again.unknown, again.attempts, again.channel, again.sent_to) == (True, 2, "simulator", ALICE)


def test_a_text_that_did_not_reach_the_provider_is_simply_sent_again(
    database: Database, keyring: Keyring, claimed: ClaimedText
) -> None:
    _mark(database, keyring, _result(claimed, Outcome.RETRY, error="503", next_attempt_at=NOW + minutes(1)))
    again = _claim(database, keyring, "lease-2", NOW + minutes(1))
    assert (again.unknown, again.attempts) == (False, 2)


@pytest.mark.parametrize("order", list(permutations(DeliveryStatus)))
def test_reports_in_any_order_end_in_the_same_state(
    database: Database, keyring: Keyring, claimed: ClaimedText, order: tuple[DeliveryStatus, ...]
) -> None:
    _mark(database, keyring, _result(claimed, Outcome.SENT, external_id="SM1"))
    for status in (*order, *order):
        _report(database, status)
    assert _row(database).status == TextStatus.DELIVERED


def test_a_repeated_report_is_no_news(database: Database, keyring: Keyring, claimed: ClaimedText) -> None:
    _mark(database, keyring, _result(claimed, Outcome.SENT, external_id="SM1"))
    assert _report(database, DeliveryStatus.SENT) == []
    assert _report(database, DeliveryStatus.FAILED, error_code="30003") == [TextStatus.FAILED]
    assert _report(database, DeliveryStatus.FAILED, error_code="30003") == []
    assert _row(database).last_error == "30003"


def test_two_reports_in_one_turn_count_one_after_the_other(
    database: Database, keyring: Keyring, claimed: ClaimedText
) -> None:
    _mark(database, keyring, _result(claimed, Outcome.SENT, external_id="SM1"))
    reports = [
        DeliveryReport(
            channel="simulator", external_id="SM1", reference=str(claimed.id), status=status, reported_at=NOW
        )
        for status in (DeliveryStatus.DELIVERED, DeliveryStatus.FAILED, DeliveryStatus.SENT)
    ]
    with database.writing() as connection:
        facts = receipts.report(connection, reports)
    assert [fact.status for fact in facts] == [TextStatus.DELIVERED]


def test_a_report_that_overtook_the_answer_is_found_by_our_reference(
    database: Database, keyring: Keyring, claimed: ClaimedText
) -> None:
    found = _report(database, DeliveryStatus.DELIVERED, reference=str(claimed.id))
    assert found == [TextStatus.DELIVERED]
    assert _mark(database, keyring, _result(claimed, Outcome.RETRY)) is None
    assert _mark(database, keyring, _result(claimed, Outcome.SENT, external_id="SM1")) is TextStatus.DELIVERED
    assert (_row(database).status, _row(database).external_id) == (TextStatus.DELIVERED, "SM1")


def test_a_report_without_our_reference_waits_for_the_answer(
    database: Database, keyring: Keyring, claimed: ClaimedText
) -> None:
    assert _report(database, DeliveryStatus.DELIVERED) == []
    assert _report(database, DeliveryStatus.DELIVERED) == []
    assert _mark(database, keyring, _result(claimed, Outcome.SENT, external_id="SM1")) is TextStatus.DELIVERED
    with database.reading() as connection:
        assert connection.execute(select(models.delivery_report)).all() == []


def test_a_report_ends_an_unknown_outcome_without_a_second_send(
    database: Database, keyring: Keyring, claimed: ClaimedText
) -> None:
    _mark(database, keyring, _result(claimed, Outcome.UNKNOWN))
    assert _report(database, DeliveryStatus.QUEUED, reference=str(claimed.id)) == [TextStatus.SENT]
    with database.writing() as connection:
        assert not outbox.claim(connection, keyring, NOW + minutes(9), limit=1, lease_seconds=60, lease_id="x")


def test_a_report_about_a_text_that_was_never_tried_is_not_believed(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = open_case(connection, keyring).id
        (number,) = outbox.add(connection, keyring, [a_text(alice)], NOW)
    assert _report(database, DeliveryStatus.DELIVERED, reference=str(number)) == []
    assert _row(database).status == TextStatus.PENDING


@pytest.mark.parametrize("reference", ["", "x", "-1", "9" * 40, "１", "0"])
def test_a_strange_reference_is_parked_and_forgotten_after_a_day(database: Database, reference: str) -> None:
    assert _report(database, DeliveryStatus.SENT, reference=reference) == []
    with database.writing() as connection:
        assert receipts.forget_parked(connection, NOW) == 0
        assert receipts.forget_parked(connection, NOW + minutes(1)) == 1


def test_the_providers_ids_that_are_ours_are_known(database: Database, keyring: Keyring, claimed: ClaimedText) -> None:
    _mark(database, keyring, _result(claimed, Outcome.SENT, external_id="SM1"))
    with database.reading() as connection:
        assert receipts.known_external_ids(connection, "simulator", ["SM1", "SM2"]) == {"SM1"}
        assert receipts.known_external_ids(connection, "twilio_sms", ["SM1"]) == set()


def test_a_parked_report_that_says_nothing_new_changes_nothing(
    database: Database, keyring: Keyring, claimed: ClaimedText
) -> None:
    _report(database, DeliveryStatus.QUEUED)
    assert _mark(database, keyring, _result(claimed, Outcome.SENT, external_id="SM1")) is TextStatus.SENT
    assert _row(database).reported_at is None
