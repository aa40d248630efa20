"""`gridgate check` and `gridgate ledger`: is what we run on right, and is what was written still what was written?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from gateway.books import read_book, read_registry_file
from gateway.commands.common import (
    FOUND_WRONG,
    Call,
    CannotBeDone,
    Commands,
    config_option,
    json_option,
    pass_call,
    say,
)
from gateway.config_file import ConfigError
from gateway.config_load import examine
from gateway.keys import read_master_key
from gateway.learning_files import load_model
from routing_rules.book_check import oversights
from routing_rules.classification import Classifier
from routing_rules.keyword_check import idle_keywords
from routing_rules.learned import LearnedError
from routing_rules.registry_file import RegistryFileError
from routing_rules.rulebook_file import RuleBookError
from routing_rules.voting import Voting
from routing_rules.yaml_lines import Problem
from storage import seals, verification
from storage.database import Database
from storage.people import Keyring


@click.command()
@json_option()
@config_option
@pass_call
def check(call: Call, as_json: bool) -> None:
    """Check configuration, rulebook and registry: every problem at once, with file and line; exit code 1 if any.

    What is allowed and looks like an oversight is said too; it makes no difference to the exit code.
    """
    problems: list[Problem] = []
    counts: dict[str, Any] = {}
    remarks: tuple[str, ...] = ()
    try:
        settings, found = examine(call.config)
        problems += found
        if not any(problem.field in ("city", "GRIDGATE_CITY") for problem in found):
            counts, remarks = _check_city(settings.city, problems)
            if "rulebook" in counts:
                _check_model(settings.city, settings.learned_model, problems)
    except ConfigError as error:
        problems += error.problems
    result = {
        "ok": not problems,
        **counts,
        "problems": [asdict(problem) for problem in problems],
        "oversights": list(remarks),
    }
    say(result, _check_lines(problems, remarks, counts), as_json=as_json)
    if problems:
        raise click.exceptions.Exit(FOUND_WRONG)


def _check_model(city: str, file: Path | None, problems: list[Problem]) -> None:
    """Whether the trained model can be read and fits the book."""
    book = read_book(city)
    try:
        model = load_model(file)
        if model is not None:
            Voting(model, book, Classifier(book))
    except LearnedError as error:
        sentence = str(error).removeprefix(f"{file}: ")
        problems.append(Problem(file=str(file), line=None, field="learned_model", sentence=sentence))


def _check_city(city: str, problems: list[Problem]) -> tuple[dict[str, Any], tuple[str, ...]]:
    try:
        book = read_book(city)
        registry = read_registry_file(city, book)
    except (RuleBookError, RegistryFileError) as error:
        problems += error.problems
        return {"city": city}, ()
    counts = {
        "city": book.code,
        "rulebook": book.version,
        "categories": len(book.categories),
        "departments": len(book.departments),
        "areas": len(registry.areas),
        "places": len(registry.places),
        "people": len(registry.people),
    }
    return counts, (*oversights(book, registry), *idle_keywords(book))


def _check_lines(problems: Iterable[Problem], remarks: Iterable[str], counts: Mapping[str, Any]) -> Iterator[str]:
    for problem in problems:
        yield str(problem)
    for remark in remarks:
        yield f"note: {remark}"
    if not problems:
        yield "all is well: " + ", ".join(f"{name} {value}" for name, value in counts.items())


@click.group(cls=Commands)
@config_option
def ledger() -> None:
    """The append-only record of everything that happened."""


@ledger.command()
@click.option(
    "--seals",
    "seals_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Copy of the seals kept outside the database; the configured seal_file without it, where there is one.",
)
@json_option()
@config_option
@pass_call
def verify(call: Call, seals_file: Path | None, as_json: bool) -> None:
    """Say whether ledger and seals are intact, or name the first bad row; exit code 1 if not."""
    settings = call.settings
    keyring = Keyring(read_master_key(settings))
    if seals_file is None and settings.seal_file.exists():
        seals_file = settings.seal_file
    copies = _seals_in(seals_file) if seals_file else []
    with Database(settings.database_url, writer=False) as database, database.reading() as connection:
        result = verification.verify(connection)
        broken = seals.verify_seals(connection, keyring, copies) if result.intact else None
    if isinstance(result, verification.Broken):
        broken = result
    if broken is not None:
        sentence = f"broken at {broken.chain}, entry {broken.seq}: {broken.reason}"
        say({"intact": False, **asdict(broken)}, [sentence], as_json=as_json)
        raise click.exceptions.Exit(FOUND_WRONG)
    found = {"intact": True, **asdict(result), "seals_outside": len(copies)}
    lines = [f"intact: {found['rows']} entries in {found['chains']} chains, {len(copies)} seals kept outside agree"]
    say(found, lines, as_json=as_json)


def _seals_in(file: Path) -> list[dict[str, object]]:
    found = []
    for number, line in enumerate(file.read_text("utf-8", errors="replace").splitlines(), 1):
        try:
            seal = json.loads(line)
        except ValueError:
            seal = None
        if not isinstance(seal, dict):
            raise CannotBeDone(f"{file}:{number}: is no seal")
        found.append(seal)
    return found
