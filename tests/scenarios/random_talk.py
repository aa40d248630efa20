"""Things that people may text at any time, sensible or not, and what time may bring."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hypothesis import strategies as st
from sqlalchemy import select

from gateway.rehearsal import Rehearsal
from routing_rules.areas import Duty
from routing_rules.cases import Assignment, Task
from routing_rules.messages import Point
from routing_rules.reply_codes import ReplyCodes
from storage import assignments, contacts, models

RESIDENTS = ("alice", "bob", "dave", "frank", "peng", "quan")
STAFF = ("zhushan", "jiefang", "dinghai", "env", "city", "housing", "gas", "police", "dongmen")

WORDS = (
    "盐港西路83号三个烟囱日夜冒黑烟",
    "盐港西路83号烟囱冒黑烟",
    "竹山路5号路灯不亮了",
    "竹山小区3幢楼道灯不亮两天了",
    "路灯不亮了",
    "烟囱冒黑烟",
    "新河路井盖没了",
    "新河路路灯坏了",
    "解放东路20号",
    "盐港西路83号",
    "竹山社区",
    "竹山路5号有煤气味很浓",
    "救命",
    "还是没人来",
    "现在烟更浓了,楼道里都是",
    "这里的情况越来越糟糕,请快点处理吧",
    "在吗",
    "谢谢",
    "👍",
    "",
    "1",
    "2",
    "3",
    "3 晚上还在冒",
    "9",
    "9 在盐港东路30号",
    "7",
    "查",
    "查1042",
    "Z1042 还在冒",
    "Z1042",
    "催",
    "催1042",
    "撤",
    "撤1042",
    "人工",
    "EN",
    "中文",
    "T",
    "开通",
    "street light is out at 5 Zhushan Rd",
    "black smoke at 83 Yangang W Rd",
    "STATUS",
    "730164办 已到场处理",
    "3幢楼道灯不亮",
)

ORDERS = (
    "收",
    "办 已到场,下达限期整改通知书",
    "办 好",
    "自办 已处理完毕,恢复原状",
    "退 不属我局职责",
    "退",
    "延 4 待料",
    "延 待料",
    "挂 设备下周到货",
    "转",
    "改 解放东路20号",
    "改 路灯",
    "改 楼道灯",
    "改 不对",
    "合格",
    "不合格 烟囱还在冒烟",
    "准",
    "不准 今天必须办",
    "派 城管",
    "派 环保",
    "派 火星局",
    "不受理 属法院审理事项",
    "详",
    "问 在几楼?",
    "",
    "DONE served a notice today",
    "PASS",
)


#: Words that fit a task; what a task does not allow is among the orders above.
FITTING: Mapping[Task, tuple[str, ...]] = {
    Task.DECIDE: (
        "收",
        "自办 已处理完毕,恢复原状",
        "转",
        "改 路灯",
        "改 解放东路20号",
        "不受理 属法院审理事项",
        "问 在几楼?",
    ),
    Task.HANDLE: (
        "收",
        "办 已到场,下达限期整改通知书",
        "办 已到场,恢复原状了",
        "退 不属我局职责",
        "延 4 待料",
        "挂 设备未到",
        "详",
    ),
    Task.CHECK: ("合格", "合格", "不合格 烟囱还在冒烟"),
    Task.EXTEND: ("准", "不准 今天必须办"),
    Task.SUSPEND: ("准", "不准 先用备件"),
    Task.ASSIGN: ("派 城管", "派 环保", "自办 已电话说明情况", "改 楼道灯", "不受理 属省管企业"),
}


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that happens."""

    name: str
    happen: Callable[[Rehearsal], object]

    def __repr__(self) -> str:
        return self.name


def _text(who: str, words: str) -> Move:
    return Move(f"{who}: {words}", lambda city: city.text(who, words))


def _pin(who: str) -> Move:
    return Move(f"{who} sends a pin", lambda city: city.text(who, "路灯不亮了", location=Point(30.0185, 122.0925)))


def _order(who: str, back: int, words: str) -> Move:
    """A command with one of the codes that this phone got, the latest being 0; without one just the words."""

    def happen(city: Rehearsal) -> None:
        codes = [code for line in city.inbox(who) for code in re.findall(r"(?<!\d)\d{6}(?!\d)", line.text)]
        latest = list(dict.fromkeys(reversed(codes)))
        city.text(who, f"{latest[back % len(latest)]}{words}" if latest else words or "单")

    return Move(f"{who} #{back}: {words}", happen)


def _act(which: int, order: int) -> Move:
    """One of the open tasks is answered with one of the words that fit it."""

    def happen(city: Rehearsal) -> None:
        tasks = open_tasks(city)
        if tasks:
            task, phone, code = tasks[which % len(tasks)]
            fitting = FITTING[task.task]
            city.text(phone, f"{code}{fitting[order % len(fitting)]}")

    return Move(f"task {which}: order {order}", happen)


def open_tasks(city: Rehearsal) -> list[tuple[Assignment, str, str]]:
    """The open tasks in the order of their cases, each with a phone that can answer it and that phone's code."""
    codes = ReplyCodes(city.keyring.reply_code_key)
    with city.database.reading() as connection:
        numbers = list(connection.execute(select(models.case.c.number)).scalars())
        tasks = {(each.case_number, each.seq): each for each in assignments.of_cases(connection, numbers) if each.live}
        given = [
            code for code in assignments.codes_of_cases(connection, numbers) if (code.case_number, code.seq) in tasks
        ]
        people = contacts.load(connection, city.keyring, {code.contact for code in given})
    return sorted(
        (
            (tasks[code.case_number, code.seq], str(people[code.contact].addresses[0]), codes.shown(code))
            for code in given
        ),
        key=lambda each: (each[0].case_number, each[0].seq, each[1]),
    )


def _wait(minutes: int) -> Move:
    return Move(f"{minutes} min pass", lambda city: city.wait(minutes=minutes))


def _duty(office: str, duty: Duty) -> Move:
    return Move(f"{office} is {duty}", lambda city: city.set_duty(office, duty))


def moves() -> st.SearchStrategy[Move]:
    """Mostly people who text, staff a little more often, and time."""
    residents = st.builds(_text, st.sampled_from(RESIDENTS), st.sampled_from(WORDS))
    orders = st.builds(_order, st.sampled_from(STAFF), st.sampled_from((0, 0, 0, 1, 2, 3)), st.sampled_from(ORDERS))
    rare = st.one_of(
        st.builds(_pin, st.sampled_from(RESIDENTS)),
        st.builds(_text, st.sampled_from(STAFF), st.sampled_from(("单", "办了", "谢谢", "STOP", "开通", "着火了"))),
        st.builds(_duty, st.sampled_from(("zhushan", "jiefang", "command", "env")), st.sampled_from(Duty)),
    )
    time = st.builds(_wait, st.sampled_from((1, 3, 9, 31, 61, 240, 1440, 4320)))
    acts = st.builds(_act, st.integers(0, 20), st.integers(0, 20))
    return st.one_of(residents, residents, acts, acts, acts, orders, time, rare)
