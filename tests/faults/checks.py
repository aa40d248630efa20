"""What must hold after a rehearsal, whatever was killed and whoever failed. Each broken promise is a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from storage.texts import TextStatus
from tests.faults.evidence import Evidence, Owed

#: Verdicts of texts that their senders are told about; the receipt belongs to the same case.
_RECEIPTED = frozenset({"opened", "asked", "joined", "desk_called"})
#: Verdicts of texts that a case begins with.
_BEGINS = frozenset({"opened", "asked", "desk_called"})
_GONE = (TextStatus.SENT, TextStatus.DELIVERED)
#: How many examples a sentence names.
_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Figures and broken promises."""

    lost_texts: int
    double_cases: int
    lost_sms: int
    duplicate_sms: int
    #: Texts that were cancelled because their task had ended before they could leave.
    moot_sms: int
    #: Texts about which nobody knew at some moment whether they had left.
    unknown_outcomes: int
    broken: tuple[str, ...]


def check(evidence: Evidence, *, posted: Collection[str], acknowledged: Collection[str], cases: int) -> Findings:
    """Compare what was promised with what is there.

    ``cases`` is what the conversations must have come to. The provider can be asked, so no text may have left twice.
    """
    lost = set(acknowledged) - {message.external_id for message in evidence.messages}
    doubles = _double_cases(evidence, cases)
    missing = [owed for owed in evidence.owed if _is_lost(owed, evidence)]
    duplicates = {owed.id: len(evidence.taken.get(str(owed.id), ())) - 1 for owed in evidence.owed}
    duplicates = {number: more for number, more in duplicates.items() if more > 0}
    broken = [
        *_sentence("acknowledged texts are not in the inbox", lost),
        *_sentence("cases are there twice", doubles),
        *_sentence("texts that were owed did not reach the provider", [f"{o.id} ({o.status})" for o in missing]),
        *_sentence("texts left twice", duplicates),
        *_inbox(evidence, posted),
        *_outbox(evidence, duplicates),
        *_cases(evidence, cases),
        *evidence.damage,
    ]
    return Findings(
        lost_texts=len(lost),
        double_cases=len(doubles),
        lost_sms=len(missing),
        duplicate_sms=sum(duplicates.values()),
        moot_sms=sum(owed.moot for owed in evidence.owed),
        unknown_outcomes=sum(owed.was_unknown for owed in evidence.owed),
        broken=tuple(broken),
    )


def _inbox(evidence: Evidence, posted: Collection[str]) -> Iterator[str]:
    times = Counter(message.external_id for message in evidence.messages)
    yield from _sentence("texts stand in the inbox twice", [sid for sid, count in times.items() if count > 1])
    yield from _sentence("texts in the inbox were never posted", set(times) - set(posted))
    undecided = [m.external_id for m in evidence.messages if m.verdict in ("waiting", "set_aside")]
    yield from _sentence("texts were not decided", undecided)
    told = {(owed.contact, owed.case_number) for owed in evidence.owed}
    silent = [
        m.external_id for m in evidence.messages if m.verdict in _RECEIPTED and (m.contact, m.case_number) not in told
    ]
    yield from _sentence("texts got no receipt", silent)
    if evidence.spooled:
        yield f"{evidence.spooled} texts still wait on the spool"


def _outbox(evidence: Evidence, duplicates: Collection[int]) -> Iterator[str]:
    known = {str(owed.id) for owed in evidence.owed}
    yield from _sentence("texts left that were never owed", set(evidence.taken) - known)
    strangers = [
        owed.id
        for owed in evidence.owed
        if owed.external_id is not None and owed.external_id not in evidence.taken.get(str(owed.id), ())
    ]
    yield from _sentence("texts carry the provider's id of another text", strangers)
    blind = [o.id for o in evidence.owed if o.id in duplicates and (o.attempts < 2 or not o.was_unknown)]
    yield from _sentence("texts left twice although their outcome was never unknown", blind)
    yield from _sentence("numbers of residents stand in the log", evidence.logged_numbers)


def _cases(evidence: Evidence, cases: int) -> Iterator[str]:
    if len(evidence.case_numbers) != cases:
        yield f"there are {len(evidence.case_numbers)} cases and must be {cases}"
    without = [number for number, kinds in evidence.open_cases.items() if not kinds]
    yield from _sentence("open cases have no clock", without)
    begun = {m.case_number for m in evidence.messages if m.verdict in _BEGINS}
    yield from _sentence("cases have no text that they began with", evidence.case_numbers - begun)
    if evidence.fired_early:
        yield f"{evidence.fired_early} deadlines fired before they were due"


def _double_cases(evidence: Evidence, cases: int) -> list[int]:
    """Cases beyond the ones there must be, and texts that began more than one."""
    begun = Counter(m.case_number for m in evidence.messages if m.verdict in _BEGINS)
    twice = [number for number, times in begun.items() if number is not None and times > 1]
    return twice + sorted(evidence.case_numbers)[cases:]


def _is_lost(owed: Owed, evidence: Evidence) -> bool:
    if owed.status in _GONE:
        return str(owed.id) not in evidence.taken
    return not (owed.later or owed.moot)


def _sentence(what: str, found: Collection[object]) -> Iterator[str]:
    if found:
        examples = ", ".join(str(one) for one in list(found)[:_EXAMPLES])
        yield f"{len(found)} {what}: {examples}"
