"""Staff that texts cannot reach: the district hears of it long before a task is overdue."""

from __future__ import annotations

import pytest

from gateway.rehearsal import Rehearsal, SimulatedPhones
from handlers.contract import OutgoingText, SendReceipt
from handlers.errors import SendError
from routing_rules.messages import Address
from tests.scenarios.invariants import check_invariants
from tests.scenarios.telling import SMOKE, START, last, texts

ALARM = "【提醒】发给区环保局的任务短信多次未送达,请联系"
OPT_OUT = "【提醒】区环保局的工作号码退订了短信,任务可能送不到,请联系"


class DeadPhone(SimulatedPhones):
    """The phone of the environment bureau does not exist any more, or its owner stopped our texts at the carrier."""

    opted_out = False

    def send(self, text: OutgoingText) -> SendReceipt:
        if text.recipient == Address("sim", "env"):
            raise SendError(retryable=False, outcome_known=True, code="30003", opted_out=self.opted_out)
        return super().send(text)


@pytest.mark.parametrize(("opted_out", "alarm"), [(False, ALARM), (True, OPT_OUT)])
def test_a_department_that_cannot_be_reached_alarms_the_district_once_a_day(
    ready_database_url: str, opted_out: bool, alarm: str
) -> None:
    made: list[DeadPhone] = []
    city = Rehearsal(ready_database_url, start=START, roads=lambda address: made)
    made.append(DeadPhone(city.clock, city.transcript.append))
    made[0].opted_out = opted_out
    city.text("alice", SMOKE)
    city.text("bob", "盐港东路20号烟囱冒黑烟")
    city.wait(minutes=9)
    assert texts(city, "env") == []
    assert [text for text in texts(city, "dinghai") if text.startswith("【提醒】")] == [alarm]
    check_invariants(city)
    city.close()


def test_a_resident_who_cannot_be_reached_alarms_nobody(ready_database_url: str) -> None:
    made: list[SimulatedPhones] = []
    city = Rehearsal(ready_database_url, start=START, roads=lambda address: made if address.value != "alice" else [])
    made.append(SimulatedPhones(city.clock, city.transcript.append))
    city.text("alice", SMOKE)
    city.wait(minutes=9)
    assert not any(text.startswith("【提醒】") for text in texts(city, "dinghai"))
    assert last(city, "env").startswith("【派单】")
    city.close()
