"""The command line: ``gridgate`` and ``python -m gateway``. Exit codes: 0 done, 1 found wrong, 2 cannot be done."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata

import click

from gateway.commands.backtesting import backtest
from gateway.commands.checking import check, ledger
from gateway.commands.common import Commands, config_option
from gateway.commands.explaining import explain
from gateway.commands.gridmen import gridman
from gateway.commands.importing import registry
from gateway.commands.learning import learn_model
from gateway.commands.messages import messages
from gateway.commands.operating import case, outbox
from gateway.commands.rehearsing import demo, replay
from gateway.commands.running import fake_provider, serve
from gateway.commands.setting_up import db, init

#: In the order in which an operator meets them.
COMMANDS: tuple[click.Command, ...] = (
    init,
    serve,
    check,
    explain,
    demo,
    replay,
    backtest,
    learn_model,
    case,
    messages,
    outbox,
    ledger,
    registry,
    gridman,
    db,
    fake_provider,
)


def _say_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    try:
        click.echo(f"gridgate {metadata.version('gridgate')}")
    except metadata.PackageNotFoundError:
        click.echo("gridgate, not installed: run from its folder")
    ctx.exit()


@click.group(cls=Commands, commands=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_say_version, help="Say which.")
@config_option
def commands() -> None:
    """The grid intake gateway: residents' texts to the office that must act, before the deadline.

    Exit codes: 0 done, 1 something was found wrong, 2 it cannot be done.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit. What can be said in a sentence is said in one."""
    commands(args=arguments, prog_name="gridgate")
