"""A text that hands out a task is not sent once the task has ended."""

from __future__ import annotations

from datetime import timedelta

from routing_rules.cases import Assignment, Task
from storage import assignments, outbox
from storage.database import Database
from storage.people import Keyring
from tests.storage.samples import NOW, a_text, open_case


def test_a_task_that_ended_before_anybody_heard_of_it_is_cancelled(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        contact = open_case(connection, keyring).id
        task = Assignment(case_number=1042, seq=1, office="zhushan", task=Task.DECIDE, offered_at=NOW)
        ended = Assignment(
            case_number=1042,
            seq=2,
            office="zhushan",
            task=Task.DECIDE,
            offered_at=NOW,
            ended_at=NOW,
            outcome="withdrawn",
        )
        assignments.write(connection, [task, ended])
        texts = [a_text(contact, f"text{seq}", assignment=seq) for seq in (1, 2, None)]
        outbox.add(connection, keyring, texts, NOW)
        claim = outbox.claim(
            connection, keyring, NOW + timedelta(seconds=1), limit=10, lease_seconds=60, lease_id="lease"
        )
        assert [text.key for text in claim.texts] == ["text1", "textNone"]
        assert [fact.reason for fact in claim.cancelled] == ["task_ended"]
