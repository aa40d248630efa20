"""What holds for every command: where the configuration may stand, what a failure looks like, what help says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from gateway.cli import commands, main
from tests.gateway.command_line import CommandLine


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield (*path, name), command


LEAVES = dict(leaves(commands))
#: They run until they are stopped and have no result.
SERVERS = {("serve",), ("fake-provider",)}


@pytest.fixture
def gridgate(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path)


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_knows_a_configuration_file(path: tuple[str, ...]) -> None:
    assert "--config" in {name for each in LEAVES[path].params for name in each.opts}


@pytest.mark.parametrize("path", [path for path in LEAVES if path not in SERVERS], ids=" ".join)
def test_every_command_with_a_result_gives_it_as_json(path: tuple[str, ...]) -> None:
    assert "--json" in {name for each in LEAVES[path].params for name in each.opts}


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_says_what_it_does(gridgate: CommandLine, path: tuple[str, ...]) -> None:
    said = gridgate(*path, "--help")
    assert said.code == 0
    assert (LEAVES[path].help or "").split("\n")[0][:40] in said.out.replace("\n  ", " ")


@pytest.mark.parametrize("path", [path for path in LEAVES if path != ("check",)], ids=" ".join)
def test_a_configuration_with_errors_stops_every_command_with_all_of_them(
    gridgate: CommandLine, path: tuple[str, ...]
) -> None:
    file = gridgate.file("wrong.yaml", "listen: {port: high}\nthreds: 3\n")
    arguments = ["x" if each.type is click.STRING else "1" for each in LEAVES[path].params if each.required]
    said = gridgate("--config", str(file), *path, *arguments)
    assert said.code == 2
    assert said.out == ""
    assert "wrong.yaml:1: listen.port:" in said.err
    assert "wrong.yaml:2: threds:" in said.err


def test_the_configuration_may_stand_before_or_behind_the_command(gridgate: CommandLine) -> None:
    file = str(gridgate.file("my.yaml", "city: harbour\n"))
    before = gridgate("--config", file, "check", "--json")
    behind = gridgate("check", "--json", "--config", file)
    between = gridgate("db", "--config", file, "check", "--json")
    assert before == behind
    assert before.json["city"] == "harbour"
    assert between.json == {"schema": "missing"}


def test_a_file_that_is_not_there_is_a_sentence_and_exit_code_2(gridgate: CommandLine) -> None:
    said = gridgate("--config", "nowhere.yaml", "explain", "hello")
    assert (said.code, said.err) == (2, "nowhere.yaml: cannot be read: No such file or directory\n")


def test_a_variable_of_the_environment_wins_over_the_file(gridgate: CommandLine) -> None:
    gridgate.file("config.yaml", "city: dinghai\n")
    assert CommandLine(gridgate.folder, GRIDGATE_CITY="harbour")("check", "--json").json["city"] == "harbour"


def test_an_unknown_command_is_refused_with_exit_code_2(gridgate: CommandLine) -> None:
    assert gridgate("fly").code == 2


def test_commands_stand_in_the_order_in_which_they_are_met(gridgate: CommandLine) -> None:
    out = gridgate("--help").out
    assert out.index("  init ") < out.index("  serve ") < out.index("  outbox ") < out.index("  db ")


def test_the_entry_point_ends_with_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("gridgate")
