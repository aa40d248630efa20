"""Explains what the rules would make of one text: category, place, way, clocks, and the words that decided each.

It asks the same rules that decide in service, for a sender who has no open case, and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from routing_rules import conversation, deadlines, other_texts
from routing_rules.areas import Level
from routing_rules.cases import Ladder, Step
from routing_rules.city import City
from routing_rules.contacts import Contact
from routing_rules.deadlines import DeadlineKind
from routing_rules.decisions import Decision, Verdict
from routing_rules.draft import Draft, Policy
from routing_rules.intents import Intent, read
from routing_rules.ladder import NO_RULE, plan, rule_for
from routing_rules.location import Location, LocationKind
from routing_rules.messages import InboundMessage
from routing_rules.no_matter import NoMatter
from routing_rules.reply_codes import ReplyCodes
from routing_rules.rule_table import Fit
from routing_rules.rulebook import Category
from routing_rules.working_set import WorkingSet
from routing_rules.working_time import Limit

#: Verdicts after which there is a case whose way can be told.
_OPENS = (Verdict.OPENED, Verdict.ASKED)
#: Verdicts on texts that are taken for no matter.
_SET_APART = (Verdict.CHITCHAT, Verdict.SPAM, Verdict.AUTOREPLY, Verdict.UNCLEAR)


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryFound:
    """What the text is about; the words that decided."""

    code: str | None
    name: str
    words: tuple[str, ...]
    score: float
    runner_up: str | None
    runner_up_words: tuple[str, ...]
    #: Equal scores: the order of the book decided.
    tie: bool
    #: What the trained model took it for, the likeliest first; None where the words decided alone.
    vote: VoteFound | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteFound:
    """What a trained model said where the words left it open."""

    #: Chance of the first guess, 0 to 1.
    confidence: float
    #: Label and chance.
    guesses: tuple[tuple[str, float], ...]
    #: Pieces of the text that spoke for the first guess.
    spoke: tuple[str, ...]
    #: It decided; otherwise a person looks.
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFound:
    """Where it is; the words that decided."""

    kind: LocationKind
    name: str
    key: str | None
    words: tuple[str, ...]
    reasons: tuple[str, ...]
    #: The sender's home, since the text names no place.
    assumed: bool
    #: What an ambiguous text may mean.
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaFound:
    """One area of the chain, the smallest first."""

    level: Level
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One office's turn on the ladder, with its time as long as nobody answers."""

    level: Level
    office: str | None
    name: str
    #: "asked", "informed", "decides", "assigns" (the desk chooses who handles it), "passed_over", or "waits" for the
    #: place: which office it is shows once the sender has said where.
    role: str
    #: Why it is passed over: "no_office" or "nobody_posted".
    reason: str | None = None
    limit: Limit | None = None
    opens_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitFound:
    """One limit of the case; due where its start is known beforehand."""

    kind: DeadlineKind
    limit: Limit
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where the case goes while nobody answers."""

    rule: str
    #: Words of the text that the rule was matched by.
    rule_words: tuple[str, ...]
    #: What else it was matched by: "area huannan", "hours 22:00-06:00"; empty for a category's own way.
    rule_reasons: tuple[str, ...]
    urgent: bool
    stages: tuple[Stage, ...]
    #: None when an office decides.
    department: str | None
    department_name: str
    #: Departments that are told to help, by name.
    assisting: tuple[str, ...]
    #: When the deciding department or office is told at the latest; None while the place is asked for.
    assigned_at: datetime | None
    limits: tuple[LimitFound, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything that one text would lead to."""

    text: str
    at: datetime
    language: str | None
    verdict: Verdict
    #: Phrases that speak of danger to life.
    emergency: tuple[str, ...]
    #: Why the text is no matter for an office, where it is set apart or asked about.
    other: NoMatter | None
    category: CategoryFound
    place: PlaceFound
    areas: tuple[AreaFound, ...]
    #: None when the text opens no case.
    way: Way | None
    #: What the sender would be answered.
    answers: tuple[str, ...]


def explain(city: City, message: InboundMessage, sender: Contact, policy: Policy, now: datetime) -> Explanation:
    """What the text of a sender without open cases would lead to at an aware moment. Raises what the rules raise."""
    intent = read(city, message)
    decision = _decide(city, message, intent, sender, policy, now)
    location = _location(city, intent, sender)
    verdict = decision.verdict or Verdict.WAITING
    return Explanation(
        text=intent.text,
        at=now,
        language=intent.language,
        verdict=verdict,
        emergency=intent.emergency.words if intent.emergency else (),
        other=other_texts.what_else(intent) if verdict in _SET_APART else None,
        category=_category(city, intent),
        place=_place(location),
        areas=tuple(
            AreaFound(level=area.level, code=area.code, name=city.registry.name_of(area.code, _language(city)))
            for area in city.registry.chain(location.area)
        ),
        way=_way(city, intent.category, location.area, message.text, now, verdict) if verdict in _OPENS else None,
        answers=tuple(each.body for each in decision.notifications if each.contact == sender.id),
    )


def way_of(city: City, category: str | None, area: str | None, words: str, at: datetime) -> Way:
    """Where a case of a known category and area would go, filed at an aware moment."""
    return _way(city, category, area, words, at)


def _decide(
    city: City, message: InboundMessage, intent: Intent, sender: Contact, policy: Policy, now: datetime
) -> Decision:
    known = WorkingSet(iter([city.book.first_number]))
    known.put(sender)
    # Codes are worth nothing without the gateway's own key, and none of them is shown.
    draft = Draft(city=city, codes=ReplyCodes(b"explanation"), policy=policy, known=known, now=now, item="explanation")
    return conversation.decide(draft, message, intent, sender)


def _location(city: City, intent: Intent, sender: Contact) -> Location:
    home = sender.home_area
    if intent.location.kind is LocationKind.NONE and home is not None and home in city.registry.areas:
        return city.gazetteer.at_home(home, _language(city))
    return intent.location


def _language(city: City) -> str:
    return city.book.staff_language


def _category(city: City, intent: Intent) -> CategoryFound:
    matter = intent.matter
    known = city.book.categories.get(intent.category or "")
    if intent.category != matter.category:
        return _voted(city, intent, known)
    return CategoryFound(
        code=intent.category,
        name=known.names.get(_language(city), known.code) if known else "",
        words=matter.words,
        score=round(matter.score, 3),
        runner_up=matter.runner_up,
        runner_up_words=matter.runner_up_words,
        tie=matter.tie,
        vote=_vote(city, intent),
    )


def _voted(city: City, intent: Intent, known: Category | None) -> CategoryFound:
    """The model decided against the words, or doubts them: what they say comes second."""
    matter = intent.matter
    as_runner_up = intent.category is not None and intent.category == matter.runner_up
    return CategoryFound(
        code=intent.category,
        name=known.names.get(_language(city), known.code) if known else "",
        words=matter.runner_up_words if as_runner_up else (),
        score=round(matter.scores.get(intent.category or "", 0.0), 3),
        runner_up=matter.category,
        runner_up_words=matter.words,
        tie=matter.tie and as_runner_up,
        vote=_vote(city, intent),
    )


def _vote(city: City, intent: Intent) -> VoteFound | None:
    if intent.vote is None or city.voting is None:
        return None
    return VoteFound(
        confidence=round(intent.vote.confidence, 3),
        guesses=tuple((guess.label, round(guess.chance, 3)) for guess in intent.vote.guesses),
        spoke=city.voting.spoke(intent.text, intent.vote, intent.location.spans),
        sure=intent.vote.category is not None,
    )


def _place(location: Location) -> PlaceFound:
    return PlaceFound(
        kind=location.kind,
        name=location.display or location.name,
        key=location.place_key,
        words=location.words,
        reasons=location.reasons,
        assumed=location.assumed,
        candidates=tuple(each.display for each in location.candidates),
    )


# -- the way ------------------------------------------------------------------------------------------------------


def _way(
    city: City, category: str | None, area: str | None, words: str, now: datetime, verdict: Verdict = Verdict.OPENED
) -> Way:
    ladder = plan(city, category, area, words=words, at=now)
    fit = rule_for(city, category, area, words=words, at=now)
    if verdict is Verdict.ASKED:
        waiting = tuple(Stage(level=step.level, office=None, name="", role="waits") for step in ladder.steps)
        return _whole(city, ladder, fit, waiting, now, None)
    stages: list[Stage] = [_desk(city, ladder, now)] if ladder.rule == NO_RULE else []
    at = now
    for number, step in enumerate(ladder.steps if ladder.rule != NO_RULE else ()):
        decides = ladder.department is None and number == len(ladder.steps) - 1
        stage = _stage(city, ladder, step, at, decides=decides)
        stages.append(stage)
        if stage.role == "asked" and stage.ends_at is not None:
            at = stage.ends_at
    if ladder.department is None and (not stages or stages[-1].role not in ("decides", "assigns")):
        stages.extend(_deciders_above(city, ladder, area, at))
    return _whole(city, ladder, fit, tuple(stages), now, at)


def _whole(
    city: City,
    ladder: Ladder,
    fit: Fit | None,
    stages: tuple[Stage, ...],
    filed: datetime,
    assigned: datetime | None,
) -> Way:
    return Way(
        rule=ladder.rule,
        rule_words=fit.words if fit else (),
        rule_reasons=tuple(f"{name} {value}" for name, value in fit.reasons) if fit else (),
        urgent=ladder.urgent,
        stages=stages,
        department=ladder.department,
        department_name=city.registry.name_of(ladder.department, _language(city)),
        assisting=tuple(city.registry.name_of(code, _language(city)) for code in ladder.assisting),
        assigned_at=assigned,
        limits=tuple(_limit(city, ladder, kind, filed, assigned) for kind in DeadlineKind if kind in ladder.limits),
    )


def _stage(city: City, ladder: Ladder, step: Step, at: datetime, *, decides: bool) -> Stage:
    name = city.registry.name_of(step.office, _language(city))
    if step.office is None or not city.registry.posted_at(step.office):
        reason = "no_office" if step.office is None else "nobody_posted"
        return Stage(level=step.level, office=step.office, name=name, role="passed_over", reason=reason)
    if decides:
        limit = ladder.limits[DeadlineKind.ACCEPT]
        begins, due = _span(city, DeadlineKind.ACCEPT, limit, at)
        role = "decides"
    elif step.window.amount == 0:
        return Stage(level=step.level, office=step.office, name=name, role="informed", opens_at=at)
    else:
        limit = step.window
        begins, due = _span(city, DeadlineKind.PASS_UP, limit, at)
        role = "asked"
    return Stage(level=step.level, office=step.office, name=name, role=role, limit=limit, opens_at=begins, ends_at=due)


def _deciders_above(city: City, ladder: Ladder, area: str | None, at: datetime) -> list[Stage]:
    """The offices above the last step up to the first that has somebody; at the end it is the district's."""
    level = ladder.steps[-1].level
    stages: list[Stage] = []
    while level is not Level.DISTRICT and (not stages or stages[-1].role != "decides"):
        level = level.above
        office = city.registry.office_at(level, area)
        step = Step(level=level, office=office.code if office else None, window=ladder.steps[-1].window)
        stages.append(_stage(city, ladder, step, at, decides=True))
    if not stages or stages[-1].role != "decides":
        stages.append(_desk(city, ladder, at))
    return stages


def _desk(city: City, ladder: Ladder, at: datetime) -> Stage:
    """The district's command centre, which chooses who handles what nobody else decides."""
    office = city.registry.district_office
    limit = ladder.limits[DeadlineKind.REDISPATCH]
    begins, due = _span(city, DeadlineKind.REDISPATCH, limit, at)
    return Stage(
        level=office.level,
        office=office.code,
        name=city.registry.name_of(office.code, _language(city)),
        role="assigns",
        limit=limit,
        opens_at=begins,
        ends_at=due,
    )


def _limit(city: City, ladder: Ladder, kind: DeadlineKind, filed: datetime, assigned: datetime | None) -> LimitFound:
    limit = ladder.limits[kind]
    starts = {DeadlineKind.OVERALL: filed} if assigned is not None else {DeadlineKind.QUESTION: filed}
    if assigned is not None and ladder.rule != NO_RULE:
        starts[DeadlineKind.ACCEPT] = assigned
    if assigned is not None and ladder.department is not None:
        starts[DeadlineKind.FINISH] = assigned
    due = _span(city, kind, limit, starts[kind])[1] if kind in starts else None
    return LimitFound(kind=kind, limit=limit, due_at=due)


def _span(city: City, kind: DeadlineKind, limit: Limit, now: datetime) -> tuple[datetime, datetime]:
    """When time begins to count and when it is up."""
    deadline = deadlines.start(
        city.book.calendar, case_number=0, kind=kind, round=0, assignment=None, limit=limit, now=now
    )
    return deadline.started_at, deadline.due_at
