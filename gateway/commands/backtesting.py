"""`gridgate backtest`: what a changed rulebook would do with past texts, before anybody switches to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from gateway import backtest as rehearsed
from gateway.backtest import Backtest, Change, Outcome, shown
from gateway.books import read_book, read_registry_file
from gateway.commands.common import (
    FOUND_WRONG,
    Call,
    CannotBeDone,
    config_option,
    json_option,
    pass_call,
    say,
)
from gateway.replay_file import ReplayFileError, read_replay_file
from gateway.runtime import policy_of
from routing_rules.areas import Registry
from routing_rules.city import City
from routing_rules.registry_file import picture_of
from routing_rules.rulebook import RuleBook
from storage import registry as stored_registry
from storage.database import Database
from storage.past_cases import past_cases


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--rulebook", metavar="NEW", help="The changed rulebook: a folder, or the name of one that ships.")
@click.option("--from-ledger", is_flag=True, help="The cases of the database in place of a FILE.")
@json_option()
@config_option
@pass_call
def backtest(call: Call, file: Path | None, rulebook: str | None, from_ledger: bool, as_json: bool) -> None:
    """Say what the rulebook NEW would send elsewhere, of the texts in FILE or of the cases in the ledger.

    FILE is as for replay. Areas, places and offices are those of the present city. Nothing is written and nobody is
    told. Exit code 1 when anything would go elsewhere.
    """
    city = call.settings.city
    if rulebook is None:
        raise CannotBeDone("name the changed rulebook: --rulebook NEW")
    if (file is None) is not from_ledger:
        raise CannotBeDone("name either a FILE of texts or --from-ledger")
    present, changed = read_book(city), read_book(rulebook)
    if file is not None:
        result = _of_file(call, file, present, changed)
    else:
        result = _of_ledger(call, present, changed)
    say(asdict(result), _lines(result, present), as_json=as_json)
    if result.changes:
        raise click.exceptions.Exit(FOUND_WRONG)


def _of_file(call: Call, file: Path, present: RuleBook, changed: RuleBook) -> Backtest:
    settings = call.settings
    registry = read_registry_file(settings.city, present)
    try:
        texts = read_replay_file(
            file,
            zone=present.calendar.zone,
            region=settings.channels.twilio_sms.region,
            areas=registry.areas,
        )
    except ReplayFileError as error:
        raise CannotBeDone(str(error)) from error
    before, after = _cities(picture_of(present, registry), present, changed)
    return rehearsed.of_texts(before, after, texts, policy_of(settings))


def _of_ledger(call: Call, present: RuleBook, changed: RuleBook) -> Backtest:
    with Database(call.settings.database_url, writer=False) as database, database.reading() as connection:
        registry = stored_registry.load(connection)
        if not registry.areas:
            raise CannotBeDone("the database holds no areas yet: gridgate registry load")
        before, after = _cities(registry, present, changed)
        return rehearsed.of_cases(before, after, past_cases(connection))


def _cities(registry: Registry, present: RuleBook, changed: RuleBook) -> tuple[City, City]:
    if problems := rehearsed.unknown_areas(changed, registry):
        raise CannotBeDone("\n".join(problems))
    before, after = (rehearsed.with_departments(registry, book) for book in (present, changed))
    return City.build(present, before), City.build(changed, after)


# -- for people ---------------------------------------------------------------------------------------------------


def _lines(result: Backtest, present: RuleBook) -> Iterator[str]:
    yield (
        f"{result.matters} matters, {len(result.changes)} would go elsewhere or otherwise "
        f"(rulebook {result.present} → {result.changed})"
    )
    for aspect, moves in result.counts.items():
        yield aspect
        for move, count in moves.items():
            yield f"{count:>7} {move}"
    zone = ZoneInfo(present.calendar.zone)
    for change in result.changes:
        yield from _change(change, present, zone)


def _change(change: Change, book: RuleBook, zone: ZoneInfo) -> Iterator[str]:
    number = f" {book.label(change.case)}" if change.case is not None else ""
    yield f"{change.at.astimezone(zone):%Y-%m-%d %H:%M}{number} {change.text}"
    yield f"    present  {_outcome(change.present, change.differs)}"
    yield f"    changed  {_outcome(change.changed, change.differs)}"


def _outcome(outcome: Outcome, differs: tuple[str, ...]) -> str:
    parts = [f"category {shown(outcome.category)}", f"department {shown(outcome.department)}"]
    parts += [f"{aspect} {shown(getattr(outcome, aspect))}" for aspect in differs if aspect not in _ALWAYS_SHOWN]
    parts.append(f"rule {shown(outcome.rule)}" + (f" by {'; '.join(outcome.rule_by)}" if outcome.rule_by else ""))
    if outcome.words:
        parts.append("words " + ", ".join(f"“{word}”" for word in outcome.words))
    return ", ".join(parts)


_ALWAYS_SHOWN = ("category", "department")
