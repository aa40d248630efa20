"""The golden case as a story that people can watch: three chimneys, three offices, one department, one "3"."""

from __future__ import annotations

from datetime import timedelta

from gateway.rehearsal import Rehearsal


def golden_case(city: Rehearsal, *, neighbours: int = 30) -> None:
    """Play it from 09:20 on: text, ladder, department, result, check, and the resident who is not satisfied."""
    begin = city.clock.utcnow()
    city.text("alice", "盐港西路83号三个烟囱日夜冒黑烟,用劣质燃料,没人管")
    for each in range(neighbours):
        city.wait_until(begin + timedelta(seconds=60 + 15 * each))
        city.text(f"neighbour{each + 1}", "盐港西路83号烟囱冒黑烟")
    city.wait_until(begin + timedelta(minutes=14))
    city.text("env", f"{city.code('env')}办 已到场,下达限期整改通知书,将持续关注")
    city.wait(minutes=6)
    city.text("zhushan", f"{city.code('zhushan', '核查')}合格")
    city.wait(hours=11)
    city.text("alice", "3 晚上还在冒")
