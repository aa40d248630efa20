"""The rehearsal with chats: gridmen report, press and answer while the gateway is killed, and all of it counts once.

The fake Telegram runs here and keeps what the gateway has not fetched; the gateway asks it (long polling), on SQLite in
one process, on PostgreSQL in two of which one at a time asks.
"""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

import routing_rules
from gateway import control
from gateway.commands.orders import hand_in
from gateway.config_load import load
from gateway.fake_provider import Behaviour, FakeProvider, Mode
from gateway.keys import read_master_key
from storage.database import Database
from storage.people import Keyring
from tests.faults.chat_checks import ChatFindings, check, look
from tests.faults.chat_people import BUREAU, MATTER, MOST_ROUNDS, TEAMS, Talk, invites
from tests.faults.city import ACCOUNT, TOKEN, write_city
from tests.faults.evidence import last_owed, still_moving
from tests.faults.processes import Gateway, TookTooLong, forks, free_port, wait_until

BOT_TOKEN = "1000001:a-bot-token-of-the-rehearsal-only"
#: How long what is owed may take once everybody has been answered, in seconds.
DRAIN_SECONDS = 90.0
#: How long the talk may go on after the last kill, in seconds.
_TALK_SECONDS = 600.0
#: One kill in so many comes while the process is still starting.
_WHILE_STARTING = 8
#: How long processes live, in seconds. Where two share a database the one that is left may listen only after 30.
_LIVES = {1: (0.2, 4.0), 2: (1.0, 12.0)}
#: How Telegram behaves meanwhile, in percent of what the bot does; who dies in a slow send cannot know its outcome.
#: 500 and 503 are left out: their outcome counts as unknown, and after two of them a text that never left is given up.
_MIX = {Mode.SLOW: 40, Mode.TOO_MANY: 2, Mode.LOST_ANSWER: 2}
_SLOW_SECONDS = 0.3
#: Nothing climbs while somebody's gateway is dead.
_WINDOW = "2 h"
_TIMEOUT_SECONDS, _LEASE_SECONDS = 2, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatReport:
    """The figures of one rehearsal."""

    database: str
    processes: int
    seed: int
    kills: int
    #: Conversations that were held to their end, and those that there were to be.
    conversations: int
    wanted: int
    findings: ChatFindings
    seconds: float
    broken: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """One flat object."""
        fields = asdict(self)
        findings = fields.pop("findings")
        return {**fields, **findings, "broken": self.broken}


def rehearse_chats(
    folder: Path,
    database_url: str,
    *,
    teams: int,
    rounds: int,
    kills: int,
    seed: int,
    say: Callable[[str], None] = lambda line: None,
) -> ChatReport:
    """Run it in a folder of its own, on a database without a schema; on PostgreSQL with two processes.

    Each team holds so many conversations; kills end with the last one. Raises TookTooLong, RuntimeError, or
    ValueError for more teams or rounds than the city has places for.
    """
    if not (1 <= teams <= len(TEAMS) and 1 <= rounds <= MOST_ROUNDS):
        raise ValueError(f"there is room for 1 to {len(TEAMS)} teams and 1 to {MOST_ROUNDS} rounds")
    begin = time.monotonic()
    broken: list[str] = []
    city = _write_city(folder)
    context = forks()
    context.set_forkserver_preload(["gateway.cli", "gateway.serve", "handlers.telegram_bot", "tests.faults.processes"])
    with ExitStack() as stack:
        behaviour = Behaviour(mode=Mode.MIXED, mix=_MIX, seed=seed, slow_seconds=_SLOW_SECONDS, retry_after_seconds=1)
        provider = stack.enter_context(
            FakeProvider(account_sid=ACCOUNT, auth_token=TOKEN, bot_token=BOT_TOKEN, behaviour=behaviour)
        )
        gateways = []
        for number in range(1 if database_url.startswith("sqlite") else 2):
            port = free_port()
            config = _write_config(folder, number, city=city, database_url=database_url, url=provider.url, port=port)
            gateways.append(Gateway(context, config, port))
        gateways[0].initialise()
        config = folder / "config0.yaml"
        talk = Talk(provider.telegram, _invite_all(config, teams), teams=teams, rounds=rounds, seed=seed)
        for gateway in gateways:
            stack.callback(gateway.stop)
            gateway.start()
        for gateway in gateways:
            gateway.wait_until_ready()
        talk.bind_bureau()
        talk.start()
        killed = _kill_again_and_again(gateways, talk, kills=kills, chance=random.Random(seed), say=say)
        if not talk.wait_at_most(_TALK_SECONDS):
            broken.append("not every conversation came to an end")
        for gateway in gateways:
            gateway.wait_until_ready()
        broken += [*talk.stuck, *_drain(database_url, provider)]
        codes = [gateway.stop() for gateway in gateways]
        if any(code != 0 for code in codes):
            broken.append(f"a gateway did not stop by itself when asked to: {codes}")
        people = [str(invite.person) for invite in invites(teams)]
        with Database(database_url, writer=False) as database:
            keyring = Keyring(read_master_key(load(config)))
            evidence = look(database, keyring, provider.telegram, folder, [BOT_TOKEN, *people])
        findings = check(evidence, talk.diary, cases=teams * rounds)
    return ChatReport(
        database=database_url.partition(":")[0].partition("+")[0],
        processes=len(gateways),
        seed=seed,
        kills=killed,
        conversations=talk.finished,
        wanted=teams * rounds,
        findings=findings,
        seconds=round(time.monotonic() - begin, 1),
        broken=(*broken, *findings.broken),
    )


def _kill_again_and_again(
    gateways: Sequence[Gateway], talk: Talk, *, kills: int, chance: random.Random, say: Callable[[str], None]
) -> int:
    """Kill one process after the other at random moments while people talk. Returns how often."""
    killed = 0
    while killed < kills and not talk.over():
        talk.wait_at_most(chance.uniform(*_LIVES[len(gateways)]))
        victim = chance.choice(gateways)
        victim.kill()
        victim.start()
        killed += 1
        if chance.randrange(_WHILE_STARTING):
            victim.wait_until_ready()
        if killed % 10 == 0:
            say(f"{killed} kills, {talk.finished} conversations through")
    return killed


def _drain(database_url: str, provider: FakeProvider) -> list[str]:
    """Wait until every update is in and every text is out."""
    if not provider.telegram.wait_until_delivered(DRAIN_SECONDS):
        return ["not every update was fetched"]
    with Database(database_url, writer=False) as database:

        def is_quiet() -> bool:
            return not still_moving(database, last_owed(database), datetime.now(UTC))

        try:
            wait_until(is_quiet, "all is sent", DRAIN_SECONDS, 0.1)
        except TookTooLong as error:
            return [str(error)]
    return []


def _invite_all(config: Path, teams: int) -> dict[int, str]:
    """The invite code of each person. No gateway runs yet."""
    settings = load(config)
    codes = {}
    for each in invites(teams):
        order = control.Invite(
            name=each.name, offices=each.office, cover=0, language="zh", phone="", operator="rehearsal"
        )
        codes[each.person] = str(hand_in(settings, order)["code"])
    return codes


def _write_city(folder: Path) -> Path:
    """The city of the other rehearsal with simulated phones at its offices, all on duty, and with patient windows."""
    city = write_city(folder, [MATTER])
    people = city / "registry" / "people.yaml"
    shutil.copyfile(Path(routing_rules.__file__).parent / "books" / "dinghai" / "registry" / "people.yaml", people)
    people.write_text(people.read_text("utf-8").replace("duty: hours", "duty: always"), "utf-8")
    # What the rule says of smoke goes before what the category says.
    changes = (("book.yaml", _be_patient), ("categories.yaml", _by_the_community), ("rules.yaml", _without_smoke))
    for name, change in changes:
        file = city / name
        content = change(yaml.safe_load(file.read_text("utf-8")))
        file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
    return city


def _be_patient(book: Any) -> Any:
    return {**book, "windows": dict.fromkeys(book["windows"], _WINDOW)}


def _by_the_community(categories: Any) -> Any:
    """The community is the last that is asked before the bureau."""
    smoke = categories["smoke"]
    assert smoke["department"] == BUREAU
    return {**categories, "smoke": {**smoke, "handle_at": "community"}}


def _without_smoke(rules: Any) -> Any:
    return [rule for rule in rules if rule["categories"] != ["smoke"]]


def _write_config(folder: Path, number: int, *, city: Path, database_url: str, url: str, port: int) -> Path:
    """The configuration of one of the processes; what they share is one key, one database, one folder of photos."""
    config = {
        "city": str(city),
        "public_url": f"http://127.0.0.1:{port}",
        "listen": {"host": "127.0.0.1", "port": port},
        "database_url": database_url,
        "spool_folder": f"var/spool{number}",
        "channels": {
            "simulator": {"enabled": True},
            "telegram_bot": {
                "enabled": True,
                "token": BOT_TOKEN,
                "webhook": False,
                "api_base": url,
                "timeout_seconds": _TIMEOUT_SECONDS,
            },
        },
        "sending": {
            "lease_seconds": _LEASE_SECONDS,
            "backoff_seconds": 1,
            "backoff_cap_seconds": 2,
            "attempts": 30,
            "automatic_replies_per_hour": 1000,
        },
        "log_format": "json",
        "log_level": "warning",
    }
    path = folder / f"config{number}.yaml"
    path.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    return path
