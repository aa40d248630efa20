"""What all commands share: the configuration, `--config` and `--json`, how a result is printed, how a failure ends.

Exit codes: 0 done, 1 something was found wrong, 2 it cannot be done.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from gateway import logs
from gateway.config import Settings
from gateway.config_file import ConfigError
from gateway.config_load import load
from gateway.control import OrderRefused
from gateway.keys import KeyUnusable
from gateway.spool import SpoolUnusable
from routing_rules.learned import LearnedError
from routing_rules.registry_file import RegistryFileError
from routing_rules.rulebook_file import RuleBookError
from storage.errors import DatabaseError
from storage.people import WrongMasterKey

Command = TypeVar("Command", bound=Callable[..., Any])

FOUND_WRONG = 1
CANNOT_BE_DONE = 2

#: What a command says to its user in a sentence instead of a traceback.
_SAID = (
    ConfigError,
    RuleBookError,
    RegistryFileError,
    LearnedError,
    KeyUnusable,
    WrongMasterKey,
    DatabaseError,
    SpoolUnusable,
    OrderRefused,
)


class CannotBeDone(click.ClickException):
    """A command cannot do its work; the sentence says why."""

    exit_code = CANNOT_BE_DONE

    def show(self, file: Any = None) -> None:
        click.echo(self.format_message(), err=True)


class Commands(click.Group):
    """A group whose commands are listed in their own order, and fail with a sentence and exit code 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except _SAID as error:
            raise CannotBeDone(str(error)) from error
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            raise CannotBeDone(f"{error.filename}: {error.strerror}" if error.filename else str(error)) from error


@dataclass
class Call:
    """One call of the command line: which configuration holds for it."""

    config: Path | None = None

    @cached_property
    def settings(self) -> Settings:
        """The settings, with logging set up by them. Raises ConfigError with every problem."""
        settings = load(self.config)
        logs.set_up(settings.log_level, settings.log_format)
        logs.register_secrets(settings.secret_values())
        return settings


def _remember_config(ctx: click.Context, _: click.Parameter, file: Path | None) -> None:
    call = ctx.ensure_object(Call)
    if file is not None:
        call.config = file


def config_option(command: Command) -> Command:
    """`--config FILE`, which may stand before or after the name of a command."""
    option = click.option(
        "--config",
        metavar="FILE",
        type=click.Path(path_type=Path),
        expose_value=False,
        callback=_remember_config,
        help="Configuration file; $GRIDGATE_CONFIG or ./config.yaml without it.",
    )
    return option(command)


def json_option(text: str = "One JSON object.") -> Callable[[Command], Command]:
    """`--json`, handed to the command as ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help=text)


pass_call = click.make_pass_decorator(Call, ensure=True)


def say(result: Mapping[str, Any], lines: Iterable[str], *, as_json: bool) -> None:
    """Print a result: as one JSON object, or as lines for people."""
    if as_json:
        click.echo(as_line(result))
    else:
        for line in lines:
            click.echo(line)


def as_line(result: Mapping[str, Any]) -> str:
    """A result as one line of JSON; moments in ISO 8601."""
    return json.dumps(result, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset | set | tuple):
        return sorted(value) if isinstance(value, frozenset | set) else list(value)
    return str(value)


def moment(text: str, zone: str) -> datetime:
    """An ISO 8601 moment, in UTC; without an offset it is local time of the zone. Raises ValueError."""
    found = datetime.fromisoformat(text.strip())
    return (found if found.tzinfo is not None else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
