"""Stories that people can watch: the golden case, and what happens when it goes otherwise. All in Dinghai.

A story only texts and waits; whatever else is in its transcript was done by the gateway.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.rehearsal import Rehearsal
from routing_rules.areas import Duty

CITY = "dinghai"
_ZONE = ZoneInfo("Asia/Shanghai")

#: A Tuesday on which the offices work, at 09:20.
_MORNING = datetime(2026, 8, 18, 9, 20, 4, tzinfo=_ZONE)
_CHIMNEYS = "盐港西路83号三个烟囱日夜冒黑烟,用劣质燃料,没人管"
_RESULT = "已到场,下达限期整改通知书,将持续关注"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One story of the sample city."""

    #: A line for people.
    title: str
    start: datetime
    play: Callable[[Rehearsal], None]


def golden_case(city: Rehearsal, *, neighbours: int = 30) -> None:
    """From 09:20 on: text, ladder, department, result, check, and the resident who is not satisfied."""
    begin = city.clock.utcnow()
    city.text("alice", _CHIMNEYS)
    for each in range(neighbours):
        city.wait_until(begin + timedelta(seconds=60 + 15 * each))
        city.text(f"neighbour{each + 1}", "盐港西路83号烟囱冒黑烟")
    city.wait_until(begin + timedelta(minutes=14))
    city.text("env", f"{city.code('env')}办 {_RESULT}")
    city.wait(minutes=6)
    city.text("zhushan", f"{city.code('zhushan', '核查')}合格")
    city.wait(hours=11)
    city.text("alice", "3 晚上还在冒")


def _nobody_at_the_street(city: Rehearsal) -> None:
    city.set_duty("jiefang", Duty.OFF)
    city.text("alice", _CHIMNEYS)
    city.wait(minutes=6)


def _community_handles(city: Rehearsal) -> None:
    city.text("alice", "竹山小区3幢楼道灯不亮两天了")
    city.wait(minutes=2)
    city.text("zhushan", f"{city.code('zhushan')}自办 已换灯泡,恢复照明")
    city.wait(minutes=20)
    city.text("jiefang", f"{city.code('jiefang', '核查')}合格")
    city.wait(minutes=5)
    city.text("alice", "1")


def _returned_twice(city: Rehearsal) -> None:
    city.text("alice", _CHIMNEYS)
    city.wait(minutes=10)
    city.text("env", f"{city.code('env', '派单')}退 属工地扬尘,应由城管办理")
    city.wait(minutes=5)
    city.text("dinghai", f"{city.code('dinghai', '退回')}派 城管")
    city.wait(minutes=10)
    city.text("city", f"{city.code('city', '派单')}退 烟囱排放属环保职责")
    city.wait(minutes=5)
    city.text("dinghai", f"{city.code('dinghai', '裁定')}派 环保")
    city.wait(minutes=1)
    city.text("env", f"{city.code('env', '派单')}退 仍不属我局")
    city.text("env", f"{city.code('env', '派单')}收")


def _extended(city: Rehearsal) -> None:
    city.text("alice", _CHIMNEYS)
    city.wait(minutes=10)
    city.text("env", f"{city.code('env', '派单')}收")
    city.wait(hours=2)
    city.text("env", f"{city.code('env', '派单')}延 4 等待监测结果")
    city.wait(minutes=3)
    city.text("dinghai", f"{city.code('dinghai', '审批')}准")
    city.wait(minutes=3)
    city.text("env", f"{city.code('env', '派单')}延 4 还要等")
    city.wait(hours=3)
    city.text("env", f"{city.code('env', '派单')}办 {_RESULT}")


def _overdue(city: Rehearsal) -> None:
    city.text("alice", "竹山小区3幢楼道灯不亮两天了")
    city.wait(days=3)


def _urgent(city: Rehearsal) -> None:
    city.text("alice", "盐港西路83号有很浓的煤气味")
    city.wait(minutes=10)


def _at_night(city: Rehearsal) -> None:
    city.text("alice", _CHIMNEYS)
    city.wait(hours=12)


#: Name on the command line to story.
STORIES: Mapping[str, Story] = {
    "golden": Story(title="three chimneys, 31 reporters, checked and reopened", start=_MORNING, play=golden_case),
    "nobody-at-the-street": Story(title="nobody is on duty at the street", start=_MORNING, play=_nobody_at_the_street),
    "community": Story(title="the community handles it, the street checks", start=_MORNING, play=_community_handles),
    "returned": Story(title="returned twice, then decided for good", start=_MORNING, play=_returned_twice),
    "extended": Story(title="extended once, and not again", start=_MORNING, play=_extended),
    "overdue": Story(title="overdue at every level", start=_MORNING, play=_overdue),
    "urgent": Story(title="a smell of gas", start=_MORNING, play=_urgent),
    "night": Story(
        title="a text at eleven in the evening", start=datetime(2026, 8, 18, 23, 0, tzinfo=_ZONE), play=_at_night
    ),
}
