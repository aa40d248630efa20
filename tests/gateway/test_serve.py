"""Starting and stopping the whole gateway: nobody is cut off by a SIGTERM, and a refusal to start is a sentence."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Gateway:
    """A gateway in a process of its own, in an empty folder."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GRIDGATE_")},
            "GRIDGATE_LISTEN__PORT": str(self.port),
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "gateway", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )

    def serve(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", "serve"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        for line in process.stdout:
            if "serves" in line:
                return process
        raise AssertionError("the gateway did not start")

    def half_a_request(self, number: int) -> tuple[socket.socket, bytes]:
        """A connection with the first half of a text, and the other half."""
        body = json.dumps({"from": f"phone{number}", "id": f"t{number}", "text": "盐港西路83号烟囱冒黑烟"}).encode()
        head = (
            f"POST /webhooks/simulator HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        ).encode()
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.sendall(head + body[:20])
        return connection, body[20:]


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    return Gateway(tmp_path)


def answer(connection: socket.socket) -> bytes:
    with connection:
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_requests_under_way_are_answered_after_a_sigterm(gateway: Gateway) -> None:
    assert gateway.run("init").returncode == 0
    process = gateway.serve()
    halves = [gateway.half_a_request(number) for number in range(24)]
    # An answered request proves that the connections before it were taken up.
    connection, rest = gateway.half_a_request(99)
    connection.sendall(rest)
    assert b"200 OK" in answer(connection)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    answers = []
    for connection, rest in halves:
        connection.sendall(rest)
        answers.append(answer(connection))
    assert sum(b"200 OK" in each for each in answers) == 24
    assert process.wait(30) == 0
    process.communicate()


def test_without_a_key_the_gateway_says_what_to_do(gateway: Gateway) -> None:
    refused = gateway.run("serve")
    assert refused.returncode == 2
    assert "gridgate init" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_setting_up_twice_changes_nothing(gateway: Gateway) -> None:
    assert gateway.run("init").returncode == 0
    key = (gateway.folder / "var" / "master.key").read_text()
    again = gateway.run("init")
    assert again.returncode == 0
    assert "already" in again.stdout
    assert (gateway.folder / "var" / "master.key").read_text() == key
