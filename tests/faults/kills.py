"""The rehearsal with kill -9: texts come in, the gateway dies at random moments, and in the end nothing is missing."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from storage.database import Database
from tests.faults.checks import Findings, check
from tests.faults.city import write_city, write_config
from tests.faults.clients import Clients
from tests.faults.evidence import Evidence, gather, last_owed, still_moving
from tests.faults.people import Crowd, crowd
from tests.faults.processes import Gateway, Provider, TookTooLong, forks, free_port, wait_until

#: How long the gateway has to send what it owes once it is left alone, in seconds.
DRAIN_SECONDS = 60.0
#: One kill in so many comes while the gateway is still starting.
_WHILE_STARTING = 8
#: The longest a process lives without the texts that it was to take, in seconds.
_LONGEST_LIFE = 3.0
#: A killed process has gone on for at most this long after the text that sealed its fate, in seconds.
_JITTER = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The figures of one rehearsal."""

    database: str
    seed: int
    texts: int
    acknowledged: int
    #: Requests beyond the first for a text.
    repeats: int
    kills: int
    cases: int
    #: Texts that the gateway owed, and requests to send that the provider took.
    owed: int
    taken: int
    findings: Findings
    #: From the last kill until everything that was owed had left.
    drained_seconds: float
    seconds: float
    broken: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """One flat object."""
        fields = asdict(self)
        findings = fields.pop("findings")
        return {**fields, **findings, "broken": self.broken}


def rehearse(
    folder: Path,
    database_url: str,
    *,
    texts: int,
    kills: int,
    seed: int,
    say: Callable[[str], None] = lambda line: None,
) -> Report:
    """Run it in a folder of its own, on a database without a schema. Raises TookTooLong or RuntimeError."""
    begin = time.monotonic()
    people = crowd(texts, seed)
    city = write_city(folder, [text.body for text in people.texts])
    context = forks()
    with ExitStack() as stack:
        provider = Provider(context, folder, seed=seed)
        stack.callback(provider.stop)
        port = free_port()
        config = write_config(folder, city=city, database_url=database_url, provider_url=provider.url, port=port)
        gateway = Gateway(context, config, port)
        stack.callback(gateway.stop)
        gateway.initialise()
        clients = Clients(gateway.webhook_url, people.conversations, seed=seed)
        clients.start()
        _kill_again_and_again(gateway, clients, texts=texts, kills=kills, chance=random.Random(seed), say=say)
        last_kill = time.monotonic()
        gateway.start()
        gateway.wait_until_ready()
        clients.up.set()
        clients.allow(texts)
        settled, broken = _finish(clients, database_url)
        drained = time.monotonic() - last_kill
        if (code := gateway.stop()) != 0:
            broken.append(f"the gateway did not stop by itself when asked to: {code}")
    evidence = _look(folder, database_url, provider, gateway, people, settled)
    findings = check(
        evidence,
        posted={text.sid for text in people.texts},
        acknowledged=clients.acknowledged,
        cases=people.cases,
    )
    return Report(
        database=database_url.partition(":")[0].partition("+")[0],
        seed=seed,
        texts=len(people.texts),
        acknowledged=len(clients.acknowledged),
        repeats=clients.repeats,
        kills=kills,
        cases=people.cases,
        owed=len(evidence.owed),
        taken=sum(map(len, evidence.taken.values())),
        findings=findings,
        drained_seconds=round(drained, 1),
        seconds=round(time.monotonic() - begin, 1),
        broken=(*broken, *findings.broken),
    )


def _kill_again_and_again(
    gateway: Gateway, clients: Clients, *, texts: int, kills: int, chance: random.Random, say: Callable[[str], None]
) -> None:
    """Each process is killed after a few texts, so that texts and kills are spread over each other."""
    share = texts / (kills + 1)
    for kill in range(kills):
        clients.allow(round(share * (kill + 1)))
        gateway.start()
        if chance.randrange(_WHILE_STARTING) == 0:
            time.sleep(chance.uniform(0, 2 * _JITTER))
        else:
            gateway.wait_until_ready()
            clients.up.set()
            clients.wait_for(round(share * (kill + chance.random())), _LONGEST_LIFE)
            time.sleep(chance.uniform(0, _JITTER))
        clients.up.clear()
        gateway.kill()
        if (kill + 1) % 10 == 0:
            say(f"{kill + 1} kills, {len(clients.acknowledged)} texts acknowledged")


def _finish(clients: Clients, database_url: str) -> tuple[int, list[str]]:
    """Wait until all texts are in and what is owed for them is out. Returns the id of the last text owed by then."""
    broken = []
    if not clients.finish(DRAIN_SECONDS):
        broken.append("not every text could be posted")
    if clients.odd_answers:
        broken.append(f"some webhooks were answered with {clients.odd_answers}")
    with Database(database_url, writer=False) as database:
        last = last_owed(database)
        try:
            wait_until(lambda: not still_moving(database, last, datetime.now(UTC)), "all is sent", DRAIN_SECONDS, 0.1)
        except TookTooLong as error:
            broken.append(str(error))
    return last, broken


def _look(
    folder: Path, database_url: str, provider: Provider, gateway: Gateway, people: Crowd, settled: int
) -> Evidence:
    with Database(database_url, writer=False) as database:
        return gather(
            database,
            journal=provider.journal,
            spool=folder / "var" / "spool",
            log=gateway.log,
            numbers=frozenset(text.sender for text in people.texts),
            settled=settled,
            now=datetime.now(UTC),
        )
