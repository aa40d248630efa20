"""On duty and off: the diary, positions, tasks, and a chat that is closed."""

from __future__ import annotations

from gateway.items import AddressReported, KeepPositions
from gateway.rehearsal import Rehearsal
from routing_rules.decisions import Verdict
from routing_rules.messages import Address, AddressReport, PositionReport
from tests.scenarios.grid_telling import (
    CHEN,
    HERE,
    ROAD,
    WANG,
    gridman,
    verify,
)
from tests.scenarios.telling import SMOKE, case_of, last, texts


def test_a_diary_entry_is_written_and_scored(city: Rehearsal) -> None:
    gridman(city)
    assert city.text(WANG, "/diary 走访竹山路5号4户独居老人,检查燃气和用电安全").verdict is Verdict.DIARY_WRITTEN
    first = last(city, WANG)
    assert first.startswith("已记入民情日记(竹山社区第3格),质量")
    city.wait(minutes=5)
    city.text(WANG, "/diary 走访竹山路5号4户独居老人,检查燃气和用电安全。")
    assert int(last(city, WANG).split("质量")[1].removesuffix("分")) < int(first.split("质量")[1].removesuffix("分"))


def test_duty_begins_and_ends(city: Rehearsal) -> None:
    gridman(city)
    city.text(WANG, "/where")
    assert "09:20上岗" in last(city, WANG)
    city.text(WANG, "/duty off")
    city.text(WANG, "/where")
    assert "未上岗" in last(city, WANG)


def test_mine_counts_and_due_lists_the_tasks(city: Rehearsal) -> None:
    verify(city)
    city.text(WANG, "/mine")
    assert last(city, WANG) == "待核实1 · 最近到期今日09:50"
    city.text(WANG, "/due")
    assert last(city, WANG) == "Z1042路面 今日09:50"


def test_who_blocks_the_bot_is_texted_and_the_district_hears_of_it(city: Rehearsal) -> None:
    city.bind(WANG, "王某", "grid:zhushan-3", phone="sim:wang")
    city.text(WANG, "/duty on")
    city.chat.blocked.add("7000001")
    city.text("alice", ROAD)
    assert any(words.startswith("【核实】") for words in texts(city, "wang"))
    assert any("多次未送达" in words for words in texts(city, "dinghai"))
    city.text("wang", f"{city.code('wang', '【核实】')}属实")
    assert case_of(city).holder == "zhushan"


def shared(city: Rehearsal, account: str = WANG) -> int:
    """His phone shares a position; returns how many were kept."""
    here = PositionReport(
        channel="simulated_chat",
        sender=Address.parse(account),
        point=HERE,
        measured_at=city.clock.utcnow(),
        received_at=city.clock.utcnow(),
    )
    kept: int = city.engine.do(KeepPositions((here,)))
    return kept


def test_positions_are_kept_on_duty_only(city: Rehearsal) -> None:
    city.bind(WANG, "王某", "grid:zhushan-3")
    begun = city.messages([city.message(WANG, "", location=HERE, live=True)])[0]
    assert begun.verdict is Verdict.POSITION_SHARED
    assert "未上岗" in last(city, WANG)
    assert shared(city) == 0
    city.text(WANG, "/duty on")
    city.wait(minutes=2)
    assert shared(city) == 1
    city.text(WANG, "/where")
    assert "09:22最近一次定位" in last(city, WANG)
    city.text(WANG, "/duty off")
    assert shared(city) == 0


def test_a_residents_phone_is_never_followed(city: Rehearsal) -> None:
    city.text(CHEN, SMOKE)
    assert shared(city, CHEN) == 0


def test_a_live_position_starts_no_report_and_a_forwarded_pin_is_no_place(city: Rehearsal) -> None:
    gridman(city)
    city.messages([city.message(WANG, "", location=HERE, live=True)])
    city.wait(seconds=3)
    assert not any(words.startswith("收到") for words in texts(city, WANG))
    number = city.messages([city.message(WANG, "井盖没了", location=HERE, forwarded=True)])[0].case_number
    assert number is not None
    assert case_of(city, number).text is not None
    assert case_of(city, number).area is None


def test_a_provider_says_that_a_person_closed_the_chat_and_opened_it_again(city: Rehearsal) -> None:
    city.bind(WANG, "王某", "grid:zhushan-3", phone="sim:wang")
    city.text(WANG, "/duty on")

    def report_address(reachable: bool) -> None:
        said = AddressReport(
            channel="telegram_bot",
            address=Address.parse(WANG),
            reachable=reachable,
            reported_at=city.clock.utcnow(),
        )
        assert city.engine.do(AddressReported(said))
        city.settle()

    report_address(False)
    assert any("多次未送达" in words for words in texts(city, "dinghai"))
    city.text("alice", ROAD)
    assert last(city, "wang").startswith("【核实】")
    report_address(True)
    city.text("bob", "竹山路9号路面坑坑洼洼破损严重")
    assert last(city, WANG).startswith("核实")


def test_a_command_may_be_sent_as_often_as_somebody_likes(city: Rehearsal) -> None:
    gridman(city)
    assert [city.text(WANG, "/mine").verdict for _ in range(5)] == [Verdict.TOLD] * 5
    assert len(texts(city, WANG)) == 7
