"""`gridgate case unmerge`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.config_load import load
from gateway.items import Accepted, Received
from gateway.runtime import Runtime, brief_engine
from routing_rules.messages import Address, InboundMessage
from tests.gateway.command_line import CommandLine


@pytest.fixture
def gridgate(tmp_path: Path, database_url: str) -> CommandLine:
    """Two residents have named the same thing: the second one's case 1043 is merged into 1042."""
    line = CommandLine(
        tmp_path,
        GRIDGATE_DATABASE_URL=database_url,
        GRIDGATE_SECRETS__MASTER_KEY="5e" * 32,
        GRIDGATE_SPOOL_FOLDER=str(tmp_path / "spool"),
    )
    assert line("init").code == 0
    texts = ("观澜国际城边上新建搅拌站,灰尘很大,噪音吵得睡不着", "观澜国际城小区旁边的搅拌站天天灰尘满天飞,噪音扰民")
    with brief_engine(load(None, line.environment)) as engine:
        for at, text in enumerate(texts):
            message = InboundMessage(
                channel="simulator",
                external_id=str(at),
                sender=Address("sim", f"n{at}"),
                text=text,
                received_at=datetime.now(UTC),
            )
            accepted: Accepted = engine.do(Received(message))
            assert accepted.case_number == 1042
    return line


def test_a_merged_case_lives_again_and_the_operator_stands_on_the_ledger(gridgate: CommandLine) -> None:
    assert gridgate("case", "unmerge", "Z1043", "--operator", "li", "--json").json == {"case": 1043, "unmerged": True}
    shown = gridgate("case", "show", "1043", "--json").json
    assert (shown["case"]["status"], shown["case"]["merged_into"]) == ("filed", None)
    fact = next(fact for fact in shown["facts"] if fact["kind"] == "unmerged")
    assert (fact["actor"], fact["data"]["out_of"]) == ("operator:li", 1042)
    assert gridgate("case", "show", "1042", "--json").json["case"]["reporters"] == 1
    assert gridgate("ledger", "verify").code == 0


def test_a_case_that_is_not_merged_is_left_as_it_is(gridgate: CommandLine) -> None:
    for number in ("1042", "4711"):
        said = gridgate("case", "unmerge", number, "--operator", "li")
        assert said.code == 1
        assert "left as it is" in said.out
    assert gridgate("case", "unmerge", "hello").code == 2


def test_the_running_gateway_takes_the_order(gridgate: CommandLine) -> None:
    runtime = Runtime.open(load(None, gridgate.environment))
    runtime.start()
    try:
        assert gridgate("case", "unmerge", "1043", "--operator", "li").code == 0
    finally:
        runtime.stop()
