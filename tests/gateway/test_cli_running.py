"""`gridgate fake-provider`: it speaks until it is stopped, on this machine only. `serve` has tests of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

from tests.gateway.command_line import CommandLine

ROOT = Path(__file__).parents[2]


def test_the_fake_provider_answers_until_sigterm(tmp_path: Path) -> None:
    outer = {name: value for name, value in os.environ.items() if not name.startswith("GRIDGATE_")}
    with subprocess.Popen(
        [sys.executable, "-m", "gateway", "fake-provider", "--port", "0", "--mode", "429"],
        cwd=tmp_path,
        env={**outer, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert address, line
        with urlopen(f"{address[0]}/fake/mode", timeout=10) as answer:
            assert json.load(answer)["mode"] == "429"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_a_webhook_on_another_machine_is_refused(tmp_path: Path) -> None:
    said = CommandLine(tmp_path)("fake-provider", "--port", "0", "--webhook", "http://gateway.example.org/x")
    assert said.code == 2
    assert "this machine" in said.err


def test_an_unknown_mode_is_refused_with_those_there_are(tmp_path: Path) -> None:
    said = CommandLine(tmp_path)("fake-provider", "--mode", "tired")
    assert said.code == 2
    assert "lost-answer" in said.err
