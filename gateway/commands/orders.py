"""How a command writes: by the engine that runs on this database, or by being the engine when none does."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from typing import Any

import click

from gateway.commands.common import Command
from gateway.config import Settings
from gateway.control import Order, ask_running, carry_out, socket_file
from gateway.runtime import brief_engine


def hand_in(settings: Settings, order: Order) -> Any:
    """Have an order carried out, durably. Raises OrderRefused, or what the engine raises."""
    file = socket_file(settings.database_url)
    if file is not None:
        listens, answer = ask_running(file, order)
        if listens:
            return answer
    with brief_engine(settings) as engine:
        return carry_out(engine, order)


def operator_option() -> Callable[[Command], Command]:
    """`--operator NAME`: who stands on the ledger."""
    return click.option("--operator", default=_user, metavar="NAME", help="Who acts; the user of this machine without.")


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
