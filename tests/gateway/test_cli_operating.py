"""`gridgate case` and `gridgate outbox`: looking at a case, and helping texts that got stuck."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.config_load import load
from gateway.items import Attempt, ClaimTexts, Received, Sent
from gateway.runtime import Runtime, brief_engine
from routing_rules.messages import Address, InboundMessage
from storage.receipts import Outcome, SendResult
from storage.texts import Claim, ClaimedText
from tests.gateway.command_line import CommandLine

KEY = "5e" * 32
NUMBER = "+15005550006"


@pytest.fixture
def gridgate(tmp_path: Path, database_url: str) -> CommandLine:
    """A city in which one resident has texted; the receipt has died, the other texts wait for another try."""
    line = CommandLine(
        tmp_path,
        GRIDGATE_DATABASE_URL=database_url,
        GRIDGATE_SECRETS__MASTER_KEY=KEY,
        GRIDGATE_SPOOL_FOLDER=str(tmp_path / "spool"),
    )
    assert line("init").code == 0
    with brief_engine(load(None, line.environment)) as engine:
        now = datetime.now(UTC)
        engine.do(
            Received(
                InboundMessage(
                    channel="simulator",
                    external_id="1",
                    sender=Address("tel", NUMBER),
                    text="竹山小区3幢煤气味很大",
                    received_at=now,
                )
            )
        )
        claim: Claim = engine.do(ClaimTexts(limit=50, lease_id="lease"))
        receipt = next(text for text in claim.texts if text.template == "received_at_department")
        engine.do(Sent(tuple(tried(text, now, dead=text is receipt) for text in claim.texts)))
    return line


def tried(text: ClaimedText, now: datetime, *, dead: bool) -> Attempt:
    result = SendResult(
        id=text.id,
        lease_id="lease",
        outcome=Outcome.DEAD if dead else Outcome.RETRY,
        at=now,
        error="20003",
        next_attempt_at=now + timedelta(hours=1),
    )
    return Attempt(text=text, result=result)


@pytest.fixture
def running(gridgate: CommandLine) -> Iterator[Runtime]:
    runtime = Runtime.open(load(None, gridgate.environment))
    runtime.start()
    yield runtime
    runtime.stop()


# --- a case


def test_a_case_is_told_whole(gridgate: CommandLine) -> None:
    found = gridgate("case", "show", "Z1042", "--json").json
    assert found["case"]["category"] == "gas_leak"
    assert {"received", "filed", "dispatched"} <= {fact["kind"] for fact in found["facts"]}
    assert found["assignments"][0]["office"] == "gas"
    assert {"overall", "accept", "finish"} <= {clock["kind"] for clock in found["deadlines"]}
    assert found["lines"][0]["text"] == "竹山小区3幢煤气味很大"


def test_numbers_are_masked_unless_they_are_asked_for(gridgate: CommandLine) -> None:
    for form in ([], ["--json"]):
        assert NUMBER not in gridgate("case", "show", "1042", *form).out
        assert f"tel:{NUMBER}" in gridgate("case", "show", "1042", "--clear", *form).out


def test_a_case_in_lines_has_its_clocks_tasks_facts_and_texts(gridgate: CommandLine) -> None:
    lines = gridgate("case", "show", "1042").lines
    assert lines[0].startswith("Z1042 dispatched, gas_leak, 竹山小区3幢")
    assert [line for line in lines if not line.startswith(" ")][1:] == ["clocks", "tasks", "facts", "texts"]


def test_a_case_that_is_not_there_is_found_wrong(gridgate: CommandLine) -> None:
    said = gridgate("case", "show", "9999")
    assert (said.code, said.out, said.err) == (1, "", "there is no case 9999\n")


@pytest.mark.parametrize("number", ["x", "Z", "-1", "１０４２", "9" * 30])
def test_what_is_no_case_number_is_refused(gridgate: CommandLine, number: str) -> None:
    assert gridgate("case", "show", "--", number).code == 2


# --- the outbox


def test_stuck_texts_are_listed_without_address_and_words(gridgate: CommandLine) -> None:
    (stuck,) = gridgate("outbox", "list", "--json").json_lines
    assert (stuck["status"], stuck["last_error"], stuck["attempts"]) == ("dead", "20003", 1)
    out = gridgate("outbox", "list").out
    assert "dead" in out
    assert "20003" in out
    assert NUMBER not in out


def test_other_texts_are_listed_by_status_in_pages(gridgate: CommandLine) -> None:
    pending = gridgate("outbox", "list", "--status", "pending", "--json").json_lines
    assert len(pending) > 3
    first = gridgate("outbox", "list", "--status", "pending", "--limit", "2", "--json").json_lines
    rest = gridgate("outbox", "list", "--status", "pending", "--after", str(first[-1]["id"]), "--json").json_lines
    assert first + rest == pending
    assert gridgate("outbox", "list", "--status", "failed").out == "none\n"


def test_a_dead_text_is_tried_again_and_the_ledger_knows_who_wanted_it(gridgate: CommandLine) -> None:
    (stuck,) = gridgate("outbox", "list", "--json").json_lines
    said = gridgate("outbox", "retry", str(stuck["id"]), "--operator", "li", "--json")
    assert (said.code, said.json) == (0, {"done": [stuck["id"]], "left": []})
    assert gridgate("outbox", "list").out == "none\n"
    facts = gridgate("case", "show", "1042", "--json").json["facts"]
    assert [fact["actor"] for fact in facts if fact["kind"] == "text_retried"] == ["operator:li"]


def test_a_text_is_given_up_for_good(gridgate: CommandLine) -> None:
    (stuck,) = gridgate("outbox", "list", "--json").json_lines
    assert gridgate("outbox", "drop", str(stuck["id"])).out == f"text {stuck['id']}: dropped\n"
    (given_up,) = gridgate("outbox", "list", "--status", "cancelled", "--json").json_lines
    assert given_up["id"] == stuck["id"]


def test_a_text_that_is_not_there_is_found_wrong_and_the_others_are_done(gridgate: CommandLine) -> None:
    (stuck,) = gridgate("outbox", "list", "--json").json_lines
    said = gridgate("outbox", "retry", "4711", str(stuck["id"]), "--json")
    assert (said.code, said.json) == (1, {"done": [stuck["id"]], "left": [4711]})


def test_while_the_gateway_runs_the_text_leaves_at_once(gridgate: CommandLine, running: Runtime) -> None:
    (stuck,) = gridgate("outbox", "list", "--json").json_lines
    assert gridgate("outbox", "retry", str(stuck["id"])).code == 0
    running.heartbeat.beat()
    facts = json.dumps(gridgate("case", "show", "1042", "--json").json["facts"])
    assert "text_retried" in facts
    assert gridgate("outbox", "list", "--status", "dead").out == "none\n"


def test_readers_are_not_held_up_by_the_running_gateway(gridgate: CommandLine, running: Runtime) -> None:
    assert gridgate("case", "show", "1042").code == 0
    assert gridgate("ledger", "verify").code == 0
    assert gridgate("db", "check").code == 0
    assert running.clock.utcnow() - datetime.now(UTC) < timedelta(hours=1)
