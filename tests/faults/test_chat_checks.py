"""The checks of the rehearsal with chats find what they are there for: each broken promise in evidence made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.faults.chat_checks import STORIES, ChatEvidence, ChatFindings, Owed, check
from tests.faults.chat_people import Act, Diary

PROPOSED, FILED = "收到2图0定位。盐港西路1号烟囱冒黑烟?", "Z1042 已立案"
STORY = next(iter(STORIES))


def owed(number: int, text: str, **changes: object) -> Owed:
    values: dict[str, object] = {
        "id": number,
        "chat": 1,
        "text": text,
        "template": "report",
        "status": "sent",
        "error": None,
        "was_unknown": False,
        "is_message": True,
    }
    return Owed(**(values | changes))  # type: ignore[arg-type]


GOOD = ChatEvidence(
    inbox={"1:1": ("reporting",), "press:7": ("pressed",)},
    owed=(owed(1, PROPOSED), owed(2, FILED), owed(3, "已办", is_message=False)),
    heard={(1, PROPOSED): 1, (1, FILED): 1},
    with_buttons=frozenset({(1, 3)}),
    stories={1042: STORY},
    photos={"kept": 3},
    damage=(),
)
DOUBTFUL = owed(2, FILED, was_unknown=True)
GIVEN_UP = replace(DOUBTFUL, status="dead", error="outcome_unknown")


def look(evidence: ChatEvidence, cases: int = 1) -> ChatFindings:
    acts = [Act(id="1:1"), Act(id="press:7", verdicts=frozenset({"pressed"}))]
    return check(evidence, Diary(acts=acts, settled=[(1, 2)]), cases=cases)


def test_nothing_is_found_where_everything_is_right() -> None:
    found = look(GOOD)
    assert found.broken == ()
    assert (found.updates, found.presses, found.owed) == (2, 1, 3)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"inbox": {"1:1": ("reporting",)}}, "1 updates are not in the inbox: press:7"),
        (
            {"inbox": {**GOOD.inbox, "1:1": ("reporting", "reporting")}},
            "1 updates stand in the inbox twice: 1:1",
        ),
        (
            {"inbox": {**GOOD.inbox, "press:7": ("press_refused",)}},
            "1 updates were taken for something else: press:7 press_refused",
        ),
        (
            {"inbox": {**GOOD.inbox, "1:1": ("waiting",)}},
            "1 updates were taken for something else: 1:1 waiting",
        ),
        (
            {"owed": (*GOOD.owed[:2], owed(3, "已办", is_message=False, status="pending"))},
            "1 texts did not leave: 3 report pending None",
        ),
        ({"heard": {(1, FILED): 1}}, "1 texts are missing in a chat: 1 report (0 of 1)"),
        (
            {"owed": (GOOD.owed[0], GIVEN_UP), "heard": {(1, PROPOSED): 1}},
            "1 texts are missing in a chat: 2 report (0 of 1)",
        ),
        (
            {"heard": {**GOOD.heard, (1, FILED): 2}},
            "1 texts stand in a chat twice although their outcome was known: 2 report (2 of 1)",
        ),
        (
            {"owed": (GOOD.owed[0], DOUBTFUL), "heard": {**GOOD.heard, (1, FILED): 3}},
            "1 texts stand in a chat twice although their outcome was known: 2 report (3 of 1)",
        ),
        (
            {"heard": {**GOOD.heard, (1, "你好"): 1}},
            "1 texts stand in a chat twice although their outcome was known: '你好' to 1",
        ),
        ({"with_buttons": frozenset({(1, 2)})}, "1 messages still have buttons that were pressed: (1, 2)"),
        ({"stories": {1042: (*STORY, "closed")}}, f"1 cases have another story: 1042 {(*STORY, 'closed')}"),
        ({"stories": {}}, "there are 0 cases and must be 1"),
        ({"damage": ("the ledger is broken",)}, "the ledger is broken"),
    ],
)
def test_each_broken_promise_is_said_in_a_sentence(changes: Mapping[str, object], sentence: str) -> None:
    assert sentence in look(replace(GOOD, **changes)).broken  # type: ignore[arg-type]


def test_a_notice_may_come_too_late_and_a_text_may_not() -> None:
    late = {"status": "cancelled", "error": "expired"}
    notice = owed(3, "已办", is_message=False, template="answer_press", **late)
    assert look(replace(GOOD, owed=(*GOOD.owed[:2], notice))).broken == ()
    text = owed(2, FILED, **late)
    assert "1 texts did not leave: 2 report cancelled expired" in look(replace(GOOD, owed=(GOOD.owed[0], text))).broken


@pytest.mark.parametrize("doubtful", [DOUBTFUL, GIVEN_UP])
@pytest.mark.parametrize("times", [1, 2])
def test_a_text_of_unknown_outcome_may_be_there_once_or_twice(doubtful: Owed, times: int) -> None:
    evidence = replace(GOOD, owed=(GOOD.owed[0], doubtful), heard={**GOOD.heard, (1, FILED): times})
    found = look(evidence)
    assert found.broken == ()
    assert (found.unknown_outcomes, found.repeated_texts) == (1, times - 1)
