"""`gridgate demo` and `gridgate replay`: the whole gateway on a virtual clock, with nobody texted."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gateway.books import read_book, read_registry_file
from gateway.commands.common import (
    FOUND_WRONG,
    Call,
    CannotBeDone,
    as_line,
    config_option,
    json_option,
    pass_call,
    say,
)
from gateway.demo import CITY, STORIES
from gateway.learning_files import load_model
from gateway.rehearsal import Rehearsal
from gateway.replay import Summary, log_lines, run
from gateway.replay_file import ReplayFileError, ReplayText, read_replay_file


@click.command()
@click.argument("story", type=click.Choice(list(STORIES)), default="golden")
@json_option("One object a text.")
@config_option
@pass_call
def demo(call: Call, story: str, as_json: bool) -> None:
    """Play a STORY on a virtual clock, every text with its time: the golden case, or one that goes otherwise."""
    _ = call.settings
    told = STORIES[story]
    with _scratch(CITY, told.start) as city:
        told.play(city)
        transcript = city.full_transcript()
    zone = told.start.tzinfo
    for line in transcript:
        at = line.at.astimezone(zone)
        if as_json:
            fields = {
                "at": at,
                "direction": line.direction,
                "address": str(line.address),
                "text": line.text,
                "case": line.case_number,
            }
            click.echo(as_line(fields))
        else:
            arrow = "◁" if line.direction == "in" else "▷"
            click.echo(f"{at:%H:%M:%S} {arrow} {line.address.value:<11} {line.text}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="The full log, one JSON object a line.")
@json_option()
@config_option
@pass_call
def replay(call: Call, file: Path, out: Path | None, as_json: bool) -> None:
    """Run the texts of FILE through the whole gateway on a virtual clock, and say what became of them.

    FILE is CSV or JSON lines with the columns at, from, text, and where known lat, lon and home (code of the sender's
    grid or community). It is refused whole when anything in it is wrong. Exit code 1 when a text ends without a
    verdict or owner, or a case without a clock.
    """
    settings = call.settings
    book = read_book(settings.city)
    areas = read_registry_file(settings.city, book).areas
    try:
        texts = read_replay_file(file, zone=book.calendar.zone, region=settings.channels.twilio_sms.region, areas=areas)
    except ReplayFileError as error:
        raise CannotBeDone(str(error)) from error
    replies = settings.sending.automatic_replies_per_hour
    learned = load_model(settings.learned_model)
    with _scratch(settings.city, texts[0].at, replies_per_hour=replies, learned=learned) as city:
        summary = _replayed(city, texts)
        if out is not None:
            _write_log(city, out)
    say(asdict(summary), _lines(summary, ZoneInfo(book.calendar.zone)), as_json=as_json)
    if not summary.sound:
        raise click.exceptions.Exit(FOUND_WRONG)


@contextmanager
def _scratch(city: str, start: datetime, **more: Any) -> Iterator[Rehearsal]:
    """A city in a database that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="gridgate-") as folder:
        rehearsal = Rehearsal(f"sqlite:///{folder}/scratch.db", start=start, city=city, **more)
        try:
            yield rehearsal
        finally:
            rehearsal.close()


def _replayed(city: Rehearsal, texts: list[ReplayText]) -> Summary:
    """Replay with a bar on standard error, where somebody can see it."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("texts", total=len(texts))
        return run(city, texts, lambda done: progress.update(bar, completed=done))


def _write_log(city: Rehearsal, out: Path) -> None:
    """Whole or not at all: an interrupted run leaves no half log under the name that was asked for."""
    unfinished = out.with_name(out.name + ".unfinished")
    try:
        with unfinished.open("w", encoding="utf-8") as stream:
            for line in log_lines(city):
                stream.write(as_line(line) + "\n")
        os.replace(unfinished, out)
    finally:
        unfinished.unlink(missing_ok=True)


def _lines(summary: Summary, zone: ZoneInfo) -> Iterator[str]:
    began, ended = (f"{at.astimezone(zone):%Y-%m-%d %H:%M}" for at in (summary.began_at, summary.ended_at))
    yield f"{summary.messages} texts from {began}, all settled at {ended}"
    yield f"  verdicts: {_counted(summary.verdicts)}; sum {summary.verdict_sum}"
    yield f"  without owner {summary.without_owner}, open cases without a clock {summary.without_clock}"
    yield f"{summary.cases} cases"
    yield f"  by category: {_counted(summary.by_category)}"
    yield f"  by level: {_counted(summary.by_level)}"
    yield f"  by department or office: {_counted(summary.by_handler)}"
    assigned = summary.assigned
    yield (
        f"  assigned {assigned.cases}, not yet {assigned.not_yet}; within 10 minutes {assigned.within_10_minutes}, "
        f"within 10 working minutes {assigned.within_10_working_minutes}"
    )
    yield (
        f"  minutes to assignment: median {assigned.median_minutes}, 95 % {assigned.p95_minutes}, "
        f"longest {assigned.longest_minutes} (working {assigned.longest_working_minutes})"
    )
    yield f"joined {summary.joined}, asked {summary.asked}, not understood {summary.not_understood}"
    yield f"{summary.texts_sent} texts sent, {summary.segments} segments; not sent: {_counted(summary.texts_not_sent)}"


def _counted(found: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in found.items()) or "none"
