"""Reads the part of an address below the name of a place: lane, house number, building, unit, room.

In Chinese it stands behind the name, in English before it. This room knows both ways and no names at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """The part of an address below a name."""

    #: Positions in the text of the first character and after the last one.
    start: int
    end: int
    #: The number that decides on which stretch of a road it lies; None for a building of a compound.
    number: int | None
    #: From the large to the small in one way of writing, for comparing: "83", "5弄/12", "3幢/r401".
    key: str


_DIGITS = "〇一二三四五六七八九"
_NUMBER = "(?:[0-9]{1,5}|[〇零一二三四五六七八九十百千两]{1,7})"

#: "3号早上" is a date and "3号线" a railway, not a house.
_NO_HOUSE = "(?![线線召称稱码碼令楼樓早晚夜]|上午|下午|中午|凌晨|那天|开始|开通)"

_BEHIND_CHINESE = re.compile(
    rf"\s?(?:(?P<lane>{_NUMBER})\s?[弄巷]\s?)?"
    rf"(?:(?P<number>{_NUMBER})(?:\s?[-~之至、]\s?(?P<second>{_NUMBER}))?\s?[号號]{_NO_HOUSE}院?\s?)?"
    rf"(?:(?P<building>{_NUMBER}|[A-Za-z][0-9]?)\s?(?:[幢栋棟座]|[号號][楼樓])\s?)?"
    rf"(?:(?P<unit>{_NUMBER})\s?[单單]元\s?)?"
    rf"(?:(?P<floor>{_NUMBER})\s?(?:[楼樓](?![道梯上下顶房])|[层層])\s?)?"
    rf"(?:(?P<room>[0-9]{{1,5}})\s?(?:室|房(?!子|屋|东)|户(?!口))"
    rf"|(?<=[幢栋棟座元])(?P<flat>[0-9]{{3,4}})(?![0-9年月日元个人户家辆次]))?"
)
#: A bare number counts only where nothing follows: in "新河路3个井盖" it counts lids, not houses.
_BARE_BEHIND = re.compile(r"\s?(?P<number>[0-9]{1,5})(?=$|[,。.;!?、)])")
_MARKED_BEHIND = re.compile(r",?\s?(?:#|no\.?\s?|number\s)(?P<number>[0-9]{1,5})\b", re.IGNORECASE)
_ROOM_BEHIND = re.compile(
    r",?\s(?:apartment|apt|unit|suite|ste|flat|room)\.?\s?#?(?P<room>[0-9]{1,5}[a-z]?|[a-z])\b", re.IGNORECASE
)

_BEFORE_ENGLISH = re.compile(
    r"(?:(?P<year>\b(?:since|in|of|during|from)\s)|\bno\.?\s?|\bnumber\s|#|(?<![\w.,:/$-]))"
    r"(?P<number>[0-9]{1,5})(?P<second>\s?-\s?[0-9]{1,5}|\s1/2)?(?P<letter>[a-z])?,?\s$",
    re.IGNORECASE,
)
_LONGEST_BEFORE = 32


def behind(text: str, at: int) -> Detail | None:
    """What stands right behind a name that ends at ``at``; None when that is no part of an address."""
    found = _BEHIND_CHINESE.match(text, at)
    if found is not None and found.group().strip():
        return _chinese(found)
    found = _MARKED_BEHIND.match(text, at) or _BARE_BEHIND.match(text, at)
    if found is not None:
        number = int(found["number"])
        return Detail(start=at, end=found.end(), number=number, key=str(number))
    return None


def before(text: str, at: int, end: int) -> Detail | None:
    """What stands right before an English name from ``at`` to ``end``: "83", "83-85", "83B".

    A room behind the name ("Apt 4") belongs to it; the detail then ends behind it.
    """
    found = _BEFORE_ENGLISH.search(text, max(0, at - _LONGEST_BEFORE), at)
    if found is None:
        return None
    number = int(found["number"])
    if found["year"] and 1900 <= number <= 2100:
        return None
    key = f"{number}{(found['letter'] or '').lower()}"
    room = _ROOM_BEHIND.match(text, end)
    if room is not None:
        key, end = f"{key}/r{room['room'].lower()}", room.end()
    return Detail(start=found.start("number"), end=end, number=number, key=key)


def _chinese(found: re.Match[str]) -> Detail:
    parts: list[str] = []
    number: int | None = None
    if found["lane"]:
        # In a lane the houses are counted by the lane; on the road itself it has one number.
        number = _value(found["lane"])
        parts.append(f"{_value(found['lane'])}弄")
    if found["number"]:
        house = _value(found["number"])
        number = house if number is None else number
        parts.append(f"{house}{_sub_number(house, found['second'])}")
    if found["building"]:
        parts.append(f"{_building(found['building'])}幢")
    if found["unit"]:
        parts.append(f"u{_value(found['unit'])}")
    if found["floor"]:
        parts.append(f"f{_value(found['floor'])}")
    if found["room"] or found["flat"]:
        parts.append(f"r{_value(found['room'] or found['flat'])}")
    end = found.start() + len(found.group().rstrip())
    return Detail(start=found.start(), end=end, number=number, key="/".join(parts))


def _sub_number(house: int, second: str | None) -> str:
    """A second number: "83-2号" is a house of its own, "83-89号" a row that begins at 83."""
    if second is None or _value(second) >= house:
        return ""
    return f"-{_value(second)}"


def _building(word: str) -> str:
    return word.upper() if "a" <= word[0].lower() <= "z" else str(_value(word))


def _value(word: str) -> int:
    """The value of a number in digits or Chinese numerals: "八十三" and "八三" are 83."""
    if word.isdigit() and word.isascii():
        return int(word)
    word = word.replace("零", "〇").replace("两", "二")
    if not any(unit in word for unit in "十百千"):
        return int("".join(str(_DIGITS.index(each)) for each in word))
    total, digit = 0, 0
    for each in word:
        if each in _DIGITS:
            digit = _DIGITS.index(each)
            continue
        unit = {"十": 10, "百": 100, "千": 1000}[each]
        total += (digit or 1) * unit
        digit = 0
    return total + digit
