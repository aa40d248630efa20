"""The control socket: orders reach the running engine, and nothing else does any harm."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.control import ControlServer, LoadRegistry, OrderRefused, ask_running
from gateway.engine import Engine
from gateway.items import DropText, RetryText
from gateway.rehearsal import Rehearsal
from tests.sandbox import START


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    city = Rehearsal(f"sqlite:///{tmp_path}/x.db", start=START)
    city.engine.start()
    yield city.engine
    city.engine.stop()
    city.close()


@pytest.fixture
def file(engine: Engine, tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "x.sock"
    server = ControlServer(path, engine)
    server.start()
    yield path
    server.stop()
    assert not path.exists()


def say(file: Path, line: bytes) -> dict[str, object]:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(file))
        connection.sendall(line)
        connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as stream:
            return dict(json.loads(stream.read()))


@pytest.mark.parametrize(
    "order",
    [RetryText(outbox_id=7, operator="li"), DropText(outbox_id=7, operator="li")],
    ids=lambda o: type(o).__name__,
)
def test_an_order_is_carried_out_by_the_running_engine(file: Path, order: RetryText | DropText) -> None:
    assert ask_running(file, order) == (True, False)


def test_a_registry_is_loaded_by_the_running_engine(file: Path, engine: Engine) -> None:
    before = engine.city.registry.version
    assert ask_running(file, LoadRegistry(source="dinghai", operator="li")) == (True, before + 1)
    assert engine.city.registry.version == before + 1


def test_a_refused_order_comes_back_with_its_reason(file: Path) -> None:
    with pytest.raises(OrderRefused, match="cannot be read"):
        ask_running(file, LoadRegistry(source="/nowhere", operator="li"))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"hello\n",
        b"[]\n",
        b"{}\n",
        b'{"order": "Received"}\n',
        b'{"order": ["RetryText"]}\n',
        b'{"order": "RetryText"}\n',
        b'{"order": "RetryText", "outbox_id": "1", "operator": "li"}\n',
        b'{"order": "RetryText", "outbox_id": true, "operator": "li"}\n',
        b'{"order": "RetryText", "outbox_id": 1, "operator": "li", "more": 1}\n',
        b"\xff\xfe\n",
        b"[" * 60_000 + b"\n",
    ],
    ids=range(13),
)
def test_nonsense_is_answered_with_an_error(file: Path, line: bytes) -> None:
    assert "error" in say(file, line)
    assert ask_running(file, RetryText(outbox_id=1, operator="li")) == (True, False)


def test_a_line_without_an_end_is_cut_off(file: Path) -> None:
    try:
        assert "error" in say(file, b"x" * 100_000 + b"\n")
    except ConnectionError:
        pass  # it hung up with most of the line unread
    assert ask_running(file, RetryText(outbox_id=1, operator="li")) == (True, False)


def test_where_nobody_listens_the_caller_is_told(tmp_path: Path) -> None:
    assert ask_running(tmp_path / "none.sock", RetryText(outbox_id=1, operator="li")) == (False, None)


def test_what_a_killed_engine_left_behind_is_nobody_and_no_obstacle(tmp_path: Path, engine: Engine) -> None:
    path = tmp_path / "left.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    assert ask_running(path, RetryText(outbox_id=1, operator="li")) == (False, None)
    server = ControlServer(path, engine)
    server.start()
    assert ask_running(path, RetryText(outbox_id=1, operator="li"))[0]
    server.stop()


def test_a_long_path_is_no_obstacle(tmp_path: Path, engine: Engine) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    server = ControlServer(folder / "x.sock", engine)
    server.start()
    assert ask_running(folder / "x.sock", RetryText(outbox_id=1, operator="li"))[0]
    assert (folder / "x.sock").stat().st_mode & 0o777 == 0o600
    server.stop()
    assert list(folder.iterdir()) == []


def test_without_a_socket_the_gateway_runs_all_the_same(tmp_path: Path, engine: Engine) -> None:
    server = ControlServer(tmp_path / "nowhere" / "x.sock", engine)
    server.start()
    server.stop()
