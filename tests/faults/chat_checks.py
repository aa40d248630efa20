"""What must hold after a rehearsal with chats: no update, question or button lost, nothing done or said twice.

Telegram cannot be asked what it took. So a text of which nobody knew whether it had left may be there twice, and no
other text may be.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from gateway.fake_provider import FakeTelegram
from routing_rules.decisions import EntryKind
from storage import contacts, models, verification
from storage.database import Database
from storage.people import Keyring
from storage.texts import TextStatus
from tests.faults.chat_people import Act, Diary

CHANNEL = "telegram_bot"
_EXAMPLES = 5
_GONE = (TextStatus.SENT.value, TextStatus.DELIVERED.value)

_BEGIN = ("received", "question_answered", "filed", "office_told")
_END = ("check_passed", "closed")
#: The whole ledger of a case, without the facts about texts: each thing was done once, and nothing else.
STORIES: Collection[tuple[str, ...]] = (
    (*_BEGIN, "evidence_given", "reported", "office_told", *_END),
    (
        *_BEGIN,
        "passed_up",
        "office_told",
        "passed_up",
        "dispatched",
        "reported",
        "office_told",
        "evidence_given",
        *_END,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A text in the outbox for somebody in a chat."""

    id: int
    chat: int
    #: As it looks in the chat.
    text: str
    template: str
    status: str
    error: str | None
    #: The ledger says that at some moment nobody knew whether it had left.
    was_unknown: bool
    #: A message of its own; else a notice, or buttons taken away.
    is_message: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatEvidence:
    """What is found afterwards."""

    #: Verdicts in the inbox by external id; more than one where it is there more than once.
    inbox: Mapping[str, tuple[str, ...]]
    owed: tuple[Owed, ...]
    #: How often each text stands in each chat.
    heard: Mapping[tuple[int, str], int]
    #: Messages that still have buttons: person and number.
    with_buttons: frozenset[tuple[int, int]]
    #: Kinds of the ledger of each case, without those about texts.
    stories: Mapping[int, tuple[str, ...]]
    photos: Mapping[str, int]
    #: Sentences about what is damaged.
    damage: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatFindings:
    """Figures and broken promises."""

    updates: int
    presses: int
    owed: int
    unknown_outcomes: int
    #: Texts that stand in a chat once more than owed; each of them had an unknown outcome.
    repeated_texts: int
    lost_updates: int
    lost_texts: int
    double_texts: int
    photos: Mapping[str, int]
    broken: tuple[str, ...]


def look(
    database: Database, keyring: Keyring, telegram: FakeTelegram, folder: Path, secrets: Collection[str]
) -> ChatEvidence:
    """Read everything, with the gateway at rest."""
    with database.reading() as connection:
        return ChatEvidence(
            inbox=_inbox(connection),
            owed=_owed(connection, keyring),
            heard=Counter((person.id, seen.text) for person in telegram.people() for seen in person.received()),
            with_buttons=frozenset(
                (person.id, seen.message_id)
                for person in telegram.people()
                for seen in person.received()
                if seen.buttons
            ),
            stories=_stories(connection),
            photos=Counter(connection.execute(select(models.photo.c.state)).scalars()),
            damage=tuple(_damage(connection, database, telegram, folder, secrets)),
        )


def check(evidence: ChatEvidence, diary: Diary, *, cases: int) -> ChatFindings:
    """Compare what people did and heard with what the gateway wrote down."""
    lost = [act.id for act in diary.acts if act.id not in evidence.inbox]
    messages = [owed for owed in evidence.owed if owed.is_message]
    missing, doubled, repeated = _compare(messages, evidence.heard)
    broken = [
        *_sentence("updates are not in the inbox", lost),
        *_sentence(
            "updates stand in the inbox twice", [key for key, found in evidence.inbox.items() if len(found) > 1]
        ),
        *_sentence("updates were taken for something else", _misread(evidence, diary.acts)),
        *_sentence(
            "texts did not leave", [f"{o.id} {o.template} {o.status} {o.error}" for o in _left_behind(evidence)]
        ),
        *_sentence("texts are missing in a chat", missing),
        *_sentence("texts stand in a chat twice although their outcome was known", doubled),
        *_sentence("messages still have buttons that were pressed", evidence.with_buttons & set(diary.settled)),
        *_sentence("cases have another story", [f"{n} {s}" for n, s in evidence.stories.items() if s not in STORIES]),
        *evidence.damage,
    ]
    if len(evidence.stories) != cases:
        broken.append(f"there are {len(evidence.stories)} cases and must be {cases}")
    return ChatFindings(
        updates=len(diary.acts),
        presses=sum(act.id.startswith("press:") for act in diary.acts),
        owed=len(evidence.owed),
        unknown_outcomes=sum(owed.was_unknown for owed in evidence.owed),
        repeated_texts=repeated,
        lost_updates=len(lost),
        lost_texts=len(missing),
        double_texts=len(doubled),
        photos=dict(evidence.photos),
        broken=tuple(broken),
    )


def _compare(messages: Collection[Owed], heard: Mapping[tuple[int, str], int]) -> tuple[list[str], list[str], int]:
    """Texts that are missing, texts that are there too often, and how many came twice with good reason."""
    owed: dict[tuple[int, str], list[Owed]] = {}
    for each in messages:
        owed.setdefault((each.chat, each.text), []).append(each)
    missing, doubled, repeated = [], [], 0
    for key, texts in owed.items():
        times, doubtful = heard.get(key, 0), sum(each.was_unknown for each in texts)
        if times < len(texts):
            missing.append(f"{texts[0].id} {texts[0].template} ({times} of {len(texts)})")
        elif times > len(texts) + doubtful:
            doubled.append(f"{texts[0].id} {texts[0].template} ({times} of {len(texts)})")
        else:
            repeated += times - len(texts)
    strangers = [f"{text!r} to {chat}" for chat, text in heard if (chat, text) not in owed]
    return missing, doubled + strangers, repeated


def _misread(evidence: ChatEvidence, acts: Collection[Act]) -> list[str]:
    found = []
    for act in acts:
        for verdict in evidence.inbox.get(act.id, ()):
            if verdict in ("waiting", "set_aside") or (act.verdicts is not None and verdict not in act.verdicts):
                found.append(f"{act.id} {verdict}")
    return found


def _left_behind(evidence: ChatEvidence) -> list[Owed]:
    """What was given up because nobody knew for the second time whether it had left is judged by the chat alone."""
    left = [owed for owed in evidence.owed if owed.status not in _GONE]
    return [owed for owed in left if not _is_doubtful(owed) and not _came_too_late(owed)]


def _came_too_late(owed: Owed) -> bool:
    """A notice that nobody would see any more: the press is long over."""
    return owed.template == "answer_press" and owed.error == "expired"


def _is_doubtful(owed: Owed) -> bool:
    return owed.was_unknown and owed.error == "outcome_unknown"


def _sentence(what: str, found: Collection[object]) -> Iterator[str]:
    if found:
        examples = ", ".join(str(one) for one in list(found)[:_EXAMPLES])
        yield f"{len(found)} {what}: {examples}"


# -- reading ------------------------------------------------------------------------------------------------------


def _inbox(connection: Connection) -> dict[str, tuple[str, ...]]:
    table = models.message
    query = select(table.c.external_id, table.c.verdict).where(table.c.channel == CHANNEL)
    found: dict[str, tuple[str, ...]] = {}
    for external_id, verdict in connection.execute(query):
        found[external_id] = (*found.get(external_id, ()), verdict)
    return found


def _owed(connection: Connection, keyring: Keyring) -> tuple[Owed, ...]:
    ledger, outbox, body = models.ledger, models.outbox, models.outbox_body
    facts = connection.execute(select(ledger.c.data).where(ledger.c.kind == EntryKind.TEXT_UNKNOWN.value)).scalars()
    unknown = {json.loads(data)["text"] for data in facts}
    rows = connection.execute(
        select(outbox, body.c.text.label("body"), body.c.chat)
        .join(body, body.c.outbox == outbox.c.id)
        .order_by(outbox.c.id)
    ).all()
    known = contacts.addresses_of(connection, keyring, {row.contact for row in rows})
    chats = {
        contact: int(each.address.value)
        for contact, addresses in known.items()
        for each in addresses
        if each.address.scheme == "telegram"
    }
    return tuple(
        Owed(
            id=row.id,
            chat=chats[row.contact],
            text=(row.chat or {}).get("body") or row.body,
            template=row.template,
            status=row.status,
            error=row.last_error,
            was_unknown=row.id in unknown,
            is_message=(row.chat or {}).get("act", "send") == "send",
        )
        for row in rows
        if row.contact in chats
    )


def _stories(connection: Connection) -> dict[int, tuple[str, ...]]:
    ledger = models.ledger
    query = (
        select(ledger.c.case_number, ledger.c.kind)
        .where(ledger.c.case_number.is_not(None))
        .order_by(ledger.c.case_number, ledger.c.seq)
    )
    found: dict[int, tuple[str, ...]] = {}
    for number, kind in connection.execute(query):
        if not kind.startswith("text_"):
            found[number] = (*found.get(number, ()), kind)
    return found


def _damage(
    connection: Connection, database: Database, telegram: FakeTelegram, folder: Path, secrets: Collection[str]
) -> Iterator[str]:
    ledger = verification.verify(connection)
    if not ledger.intact:
        yield f"the ledger is broken: {ledger}"
    if database.is_sqlite and (said := connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()) != "ok":
        yield f"the file is damaged: {said}"
    if pending := len(telegram.pending()):
        yield f"{pending} updates were never confirmed"
    if spooled := sum(1 for _ in folder.glob("var/spool*/*.json")):
        yield f"{spooled} texts still wait on the spool"
    log = folder / "gateway.log"
    written = log.read_text("utf-8", "replace") if log.exists() else ""
    if any(secret in written for secret in secrets):
        yield "a secret or a person's chat stands in the log"
