"""`gridgate init`, `db`, `registry`, `check` and `ledger`: setting up, and finding what is wrong."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.books import read_book
from gateway.config_load import load
from gateway.control import ask_running, carry_out, socket_file
from gateway.items import RetryText, SealLedger
from gateway.runtime import Runtime, brief_engine
from gateway.scheduler import append_seal
from routing_rules.messages import Address, InboundMessage
from tests.gateway.command_line import CommandLine

KEY = "5e" * 32
SHELF = Path(__file__).parents[2] / "routing_rules" / "books"


@pytest.fixture
def gridgate(tmp_path: Path, database_url: str) -> CommandLine:
    """A folder with a database of its own, of both kinds, in which nothing is yet."""
    return CommandLine(tmp_path, GRIDGATE_DATABASE_URL=database_url, GRIDGATE_SECRETS__MASTER_KEY=KEY)


@pytest.fixture
def ready(gridgate: CommandLine) -> CommandLine:
    assert gridgate("init").code == 0
    return gridgate


@pytest.fixture
def running(ready: CommandLine) -> Iterator[Runtime]:
    """The gateway itself, running on the same database."""
    environment = {**ready.environment, "GRIDGATE_SPOOL_FOLDER": str(ready.folder / "spool")}
    runtime = Runtime.open(load(None, environment))
    runtime.start()
    yield runtime
    runtime.stop()


def text(ready: CommandLine, words: str = "盐港西路83号烟囱冒黑烟") -> int:
    """Somebody texts; returns the number of the case."""
    from gateway.items import Received

    message = InboundMessage(
        channel="simulator",
        external_id=words,
        sender=Address("sim", "alice"),
        text=words,
        received_at=datetime(2026, 8, 18, 1, 20, tzinfo=UTC),
    )
    with brief_engine(load(None, ready.environment)) as engine:
        return int(engine.do(Received(message)).case_number)


# --- init and db


def test_init_makes_what_is_missing_and_does_it_once(gridgate: CommandLine) -> None:
    assert gridgate("db", "check", "--json").json == {"schema": "missing"}
    assert gridgate("init", "--json").json == {"key": False, "database": True, "city": True}
    assert gridgate("init").out == "everything is there already\n"
    assert gridgate("db", "check").lines == ["the schema is current"]


def test_init_makes_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    gridgate = CommandLine(tmp_path)
    assert gridgate("init").out == "made: key, database, city\n"
    assert (tmp_path / "var" / "master.key").stat().st_mode & 0o777 == 0o600


def test_a_database_that_is_not_there_is_found_wrong_and_upgraded(gridgate: CommandLine) -> None:
    said = gridgate("db", "check")
    assert (said.code, said.out) == (1, "the schema is missing\n")
    assert gridgate("db", "upgrade", "--json").json == {"changed": True}
    assert gridgate("db", "upgrade").out == "up to date already\n"
    assert gridgate("db", "check").code == 0


def test_init_does_no_harm_while_the_gateway_runs(ready: CommandLine, running: Runtime) -> None:
    assert ready("init").out == "everything is there already\n"
    assert ready("db", "upgrade").code == 0


def test_a_command_without_a_database_says_how_to_make_one(gridgate: CommandLine) -> None:
    said = gridgate("outbox", "list")
    assert said.code == 2
    assert "gridgate db upgrade" in said.err


# --- registry


def smaller_city(folder: Path) -> Path:
    """The sample's registry with one resident more."""
    shutil.copytree(SHELF / "dinghai" / "registry", folder / "registry")
    people = folder / "registry" / "people.yaml"
    with people.open("a", encoding="utf-8") as stream:
        stream.write("\n  - {name: 居民辛, addresses: [sim:heidi], language: zh, home_area: zhushan-1}\n")
    return folder / "registry"


def test_a_registry_is_replaced_whole(ready: CommandLine, tmp_path: Path) -> None:
    said = ready("registry", "load", str(smaller_city(tmp_path)), "--operator", "li", "--json")
    assert (said.code, said.json) == (0, {"version": 2})
    assert ready("registry", "load").out == "version 3 of the registry holds from now on\n"


def test_the_running_gateway_takes_up_a_registry_at_once(ready: CommandLine, running: Runtime, tmp_path: Path) -> None:
    before = running.engine.city.registry.version
    assert ready("registry", "load", str(smaller_city(tmp_path))).code == 0
    running.heartbeat.beat()
    assert running.engine.city.registry.version == before + 1


def test_a_registry_with_errors_is_refused_whole(ready: CommandLine, tmp_path: Path) -> None:
    folder = smaller_city(tmp_path)
    with (folder / "people.yaml").open("a", encoding="utf-8") as stream:
        stream.write("  - {name: X, addresses: [heidi], home_area: atlantis}\n")
    said = ready("registry", "load", str(folder))
    assert said.code == 2
    assert "people.yaml" in said.err
    assert "atlantis" in said.err
    assert ready("registry", "load", "--json").json == {"version": 2}


# --- check


def test_a_right_city_is_counted(gridgate: CommandLine) -> None:
    found = gridgate("check", "--json").json
    book = read_book("dinghai")
    assert found["ok"]
    assert found["categories"] == len(book.categories)
    assert found["problems"] == []


def broken_city(folder: Path) -> Path:
    city = folder / "city"
    shutil.copytree(SHELF / "dinghai", city)
    file = city / "rules.yaml"
    file.write_text(file.read_text("utf-8") + "\n- {code: odd, categories: [smoke], department: nobody}\n", "utf-8")
    file = city / "book.yaml"
    file.write_text(file.read_text("utf-8").replace("first_number: 1042", "first_number: many"), "utf-8")
    return city


def test_every_problem_of_configuration_and_rulebook_is_named_at_once(tmp_path: Path) -> None:
    gridgate = CommandLine(tmp_path)
    broken_city(tmp_path)
    gridgate.file("config.yaml", "city: ./city\nthreads: none\nlisten:\n  prot: 3\n")
    said = gridgate("check")
    assert said.code == 1
    assert "config.yaml:2: threads:" in said.out
    assert "config.yaml:4: listen.prot:" in said.out
    assert "book.yaml:" in said.out
    assert "first_number" in said.out
    assert "rules.yaml:" in said.out
    assert "'nobody' is not a department" in said.out


def test_problems_come_as_json_with_file_line_and_field(tmp_path: Path) -> None:
    gridgate = CommandLine(tmp_path, GRIDGATE_CITY=f"{broken_city(tmp_path)}/")
    said = gridgate("check", "--json")
    assert (said.code, said.json["ok"]) == (1, False)
    assert {problem["file"] for problem in said.json["problems"]} == {"book.yaml", "rules.yaml"}
    assert all(problem["line"] and problem["field"] and problem["sentence"] for problem in said.json["problems"])


def test_what_looks_like_an_oversight_is_said_and_found_right(tmp_path: Path) -> None:
    shutil.copytree(SHELF / "dinghai", tmp_path / "city")
    with (tmp_path / "city" / "departments.yaml").open("a", encoding="utf-8") as stream:
        stream.write("\nidle: {names: {zh: 闲置局, en: Idle Bureau}, aliases: [闲置]}\n")
    said = CommandLine(tmp_path, GRIDGATE_CITY="./city")("check")
    assert said.code == 0
    assert "note: department idle decides no category" in said.out


def test_a_configuration_that_cannot_be_read_is_found_wrong(tmp_path: Path) -> None:
    gridgate = CommandLine(tmp_path)
    gridgate.file("config.yaml", "city: [unclosed\n")
    said = gridgate("check", "--json")
    assert (said.code, said.json["problems"][0]["file"]) == (1, "config.yaml")


# --- ledger


def test_an_untouched_ledger_is_intact(ready: CommandLine) -> None:
    text(ready)
    said = ready("ledger", "verify", "--json")
    assert (said.code, said.json["intact"]) == (0, True)
    assert said.json["rows"] > 3
    assert ready("ledger", "verify").out.startswith("intact: ")


def test_a_changed_entry_is_named(tmp_path: Path) -> None:
    gridgate = CommandLine(tmp_path, GRIDGATE_SECRETS__MASTER_KEY=KEY)
    gridgate("init")
    number = text(gridgate_settings(gridgate))
    with sqlite3.connect(tmp_path / "var" / "gridgate.db") as tampered:
        tampered.execute("DROP TRIGGER IF EXISTS ledger_no_update")
        for (name,) in tampered.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger'"
        ).fetchall():
            tampered.execute(f'DROP TRIGGER "{name}"')
        tampered.execute("UPDATE ledger SET actor = 'contact:x' WHERE chain = ? AND seq = 2", (f"case:{number}",))
    tampered.close()
    said = gridgate("ledger", "verify", "--json")
    assert said.code == 1
    assert said.json == {
        "intact": False,
        "chain": f"case:{number}",
        "seq": 2,
        "reason": "its content was changed",
    }
    assert gridgate("ledger", "verify").out == f"broken at case:{number}, entry 2: its content was changed\n"


def gridgate_settings(gridgate: CommandLine) -> CommandLine:
    """The same with the database named in full, for callers in another folder."""
    url = f"sqlite:///{gridgate.folder}/var/gridgate.db"
    return CommandLine(gridgate.folder, **gridgate.environment, GRIDGATE_DATABASE_URL=url)


def test_a_database_older_than_its_seals_is_found_out(ready: CommandLine, tmp_path: Path) -> None:
    text(ready)
    with brief_engine(load(None, ready.environment)) as engine:
        seal = engine.do(SealLedger())
    kept = tmp_path / "seals.jsonl"
    append_seal(kept, seal.as_dict())
    assert ready("ledger", "verify", "--seals", str(kept), "--json").json["seals_outside"] == 1
    text(ready, "昌国街道新河路井盖没了")
    with brief_engine(load(None, ready.environment)) as engine:
        ahead = engine.do(SealLedger()).as_dict()
    append_seal(kept, {**ahead, "heads": 99})
    said = ready("ledger", "verify", "--seals", str(kept))
    assert said.code == 1
    assert "the copy kept outside is another one" in said.out


def test_a_seal_file_with_something_else_in_it_is_refused(ready: CommandLine, tmp_path: Path) -> None:
    file = ready.file("seals.txt", "no seal\n")
    said = ready("ledger", "verify", "--seals", str(file))
    assert (said.code, said.err) == (2, f"{file}:1: is no seal\n")


# --- the socket


def test_only_the_owner_may_hand_in_orders(ready: CommandLine, running: Runtime) -> None:
    file = socket_file(running.settings.database_url)
    if file is None:
        assert running.control is None
        return
    assert file.stat().st_mode & 0o777 == 0o600
    listens, held = ask_running(file, RetryText(outbox_id=1, operator="li"))
    assert (listens, held) == (True, carry_out(running.engine, RetryText(outbox_id=1, operator="li")))
