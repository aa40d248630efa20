"""``python -m tests.faults kills`` (or ``chats``): one rehearsal, a line of JSON, exit code 1 for a broken promise."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from tests.databases import postgresql_server
from tests.faults.chats import rehearse_chats
from tests.faults.kills import rehearse


@click.group()
def rehearsals() -> None:
    """Rehearsals with a gateway, a provider and faults."""


@rehearsals.command()
@click.option("--texts", default=2000, show_default=True, help="Texts of residents.")
@click.option("--kills", default=200, show_default=True, help="How often the gateway is killed.")
@click.option("--seed", default=1, show_default=True, help="Starts everything that is drawn.")
@click.option(
    "--database",
    default="sqlite",
    show_default=True,
    help="sqlite, postgresql (a server of our own), or the URL of a database in which nothing is.",
)
def kills(texts: int, kills: int, seed: int, database: str) -> None:
    """kill -9 again and again while texts come in: none may be lost, doubled or left without its texts."""
    with tempfile.TemporaryDirectory(prefix="gridgate-faults-") as name, _database(database, Path(name)) as url:
        report = rehearse(
            Path(name), url, texts=texts, kills=kills, seed=seed, say=lambda line: click.echo(line, err=True)
        )
    click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    if report.broken:
        sys.exit(1)


@rehearsals.command()
@click.option("--teams", default=4, show_default=True, help="Gridmen with the officer of their community.")
@click.option("--rounds", default=6, show_default=True, help="Conversations of each team, from report to result.")
@click.option("--kills", default=40, show_default=True, help="How often a gateway is killed at most.")
@click.option("--seed", default=1, show_default=True, help="Starts everything that is drawn.")
@click.option("--database", default="sqlite", show_default=True, help="As for kills; PostgreSQL has two processes.")
def chats(teams: int, rounds: int, kills: int, seed: int, database: str) -> None:
    """kill -9 while people talk to the bot: no question or button may be lost, nothing done or said twice."""
    with tempfile.TemporaryDirectory(prefix="gridgate-chats-") as name, _database(database, Path(name)) as url:
        report = rehearse_chats(
            Path(name),
            url,
            teams=teams,
            rounds=rounds,
            kills=kills,
            seed=seed,
            say=lambda line: click.echo(line, err=True),
        )
    click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    if report.broken:
        sys.exit(1)


@contextmanager
def _database(wanted: str, folder: Path) -> Iterator[str]:
    if wanted == "sqlite":
        yield f"sqlite:///{folder}/gridgate.db"
    elif wanted == "postgresql":
        server = postgresql_server()
        try:
            yield server.empty()
        finally:
            server.close()
    else:
        yield wanted


if __name__ == "__main__":
    rehearsals()
