"""Calls the command line as a user would, in this process, in a folder and environment of its own."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from gateway.cli import commands


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def json_lines(self) -> list[Any]:
        return [json.loads(line) for line in self.lines]


class CommandLine:
    """A folder in which `gridgate` is called."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.environment = environment

    def __call__(self, *arguments: str) -> Said:
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            with _logging_left_alone():
                result = CliRunner().invoke(commands, list(arguments), env=self._whole_environment())
        finally:
            os.chdir(before)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(code=result.exit_code, out=result.stdout, err=result.stderr)

    def file(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.write_text(content, "utf-8")
        return path

    def _whole_environment(self) -> Mapping[str, str | None]:
        """Nothing of the outer GRIDGATE_ variables; what this folder was given."""
        outer: dict[str, str | None] = {name: None for name in os.environ if name.startswith("GRIDGATE_")}
        return outer | self.environment


class _logging_left_alone:  # noqa: N801 - reads as a statement
    """Commands set up logging for a process of their own; the tests' goes on as it was."""

    def __enter__(self) -> None:
        self.root = logging.getLogger()
        self.handlers, self.level = list(self.root.handlers), self.root.level
        self.hooks = sys.excepthook, threading.excepthook

    def __exit__(self, *_: object) -> None:
        self.root.handlers[:], self.root.level = self.handlers, self.level
        sys.excepthook, threading.excepthook = self.hooks
        logging.captureWarnings(False)
