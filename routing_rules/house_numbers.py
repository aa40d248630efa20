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
_NUMERALS = "〇零一二三四五六七八九十百千两廿卅"
_NUMBER = f"(?:[0-9]{{1,5}}|[{_NUMERALS}]{{1,7}})"
_DIRECTIONS = "东西南北中"
_LETTER_OR_NUMBER = f"(?:{_NUMBER}|[A-Za-z][0-9]?)"

#: "3号早上" is a date and "3号线" a railway, not a house.
_NO_HOUSE = "(?![线線召称稱码碼令早晚夜]|[楼樓](?!上)|上午|下午|中午|凌晨|那天|开始|开通)"
#: What a number of a flat is not followed by: "2019年", "300元", "120个".
_NO_FLAT = "(?![0-9年月日元块个人户家辆次度天吨米%])"

_BEHIND_CHINESE = re.compile(
    # A lane with its branch, a group of a village, a part of a compound.
    rf"\s?(?:(?P<lane>{_NUMBER})\s?[弄巷衖]\s?)?"
    rf"(?:(?P<branch>{_NUMBER})\s?支[弄巷]\s?)?"
    rf"(?:(?<=[村区社坊屯庄里])第?(?P<group>{_NUMBER})\s?(?:村民小组|小组|组|生产队)\s?)?"
    rf"(?:(?P<part>[东西南北中]|第?{_LETTER_OR_NUMBER})\s?(?P<part_is>[区期])(?=\s?第?{_LETTER_OR_NUMBER}\s?(?:[幢栋棟座#]|[号號][楼樓]))\s?)?"
    # The house: "35号", "35-1号", "甲35号", "35号附3号", "35号之一", "35#".
    rf"(?:(?P<stem>[甲乙丙丁])?(?P<number>{_NUMBER})(?:\s?[-~之至到、]\s?(?P<second>{_NUMBER}))?\s?(?:[号號]{_NO_HOUSE}|#(?![楼樓]))"
    rf"(?:附\s?(?P<annex>{_NUMBER})\s?[号號]|[之-](?P<after>[0-9]{{1,2}}(?![0-9-])|[一二三四五六七八九十])|(?P<tail>[甲乙丙丁](?![\u4e00-\u9fff])))?大?院?\s?)?"
    rf"(?:第?(?P<building>{_LETTER_OR_NUMBER})\s?(?:[幢栋棟座]|(?:[号號]|#)[楼樓])\s?)?"
    rf"(?:第?(?P<unit>{_NUMBER}|[A-Za-z])\s?[单單]元\s?)?"
    rf"(?:第?(?P<under>地下|负|[Bb](?=[0-9]))?\s?(?P<floor>{_NUMBER})\s?(?:[楼樓](?![道梯上下顶房])|[层層])\s?)?"
    rf"(?:(?P<room>[0-9]{{1,5}}|[{_NUMERALS}]{{3,5}})\s?(?:室|房(?!子|屋|东)|户(?!口))"
    rf"|(?<=[幢栋棟座元楼樓号號#])(?P<unit_flat>[0-9]{{1,2}})-(?P<flat_behind>[0-9]{{3,4}}){_NO_FLAT}"
    rf"|(?<=[幢栋棟座元楼樓层層])(?P<flat>[0-9]{{3,4}}){_NO_FLAT}"
    # Behind a house only where nothing follows: "35号120急救车" is no room.
    rf"|(?<=[号號#])(?P<house_flat>[0-9]{{3,4}})(?=$|[^0-9\u4e00-\u9fff])"
    rf"|(?<=[幢栋棟座元楼樓])(?P<spoken>[{_NUMERALS}]{{3}})(?![{_NUMERALS}年月日元块个人户家辆次度天]))?"
)
#: "3-2-502" and "3-502" behind the name of a compound: building, unit, room.
_HYPHENS_BEHIND = re.compile(
    rf"\s?(?P<building>[0-9]{{1,3}}|[A-Za-z])-(?:(?P<unit>[0-9]{{1,2}})-)?(?P<flat>[0-9]{{3,4}})室?{_NO_FLAT}"
)
#: A bare number counts only where nothing follows: in "新河路3个井盖" it counts lids, not houses.
_BARE_BEHIND = re.compile(r"\s?(?P<number>[0-9]{1,5})(?=$|[,。.;!?、)])")
_MARKED_BEHIND = re.compile(r",?\s?(?:#|no\.?\s?|number\s)(?P<number>[0-9]{1,5})\b", re.IGNORECASE)
_ROOM_BEHIND = re.compile(
    r",?\s(?:apartment|apt|unit|suite|ste|flat|room)\.?\s?#?(?P<room>[0-9]{1,5}[a-z]?|[a-z])\b", re.IGNORECASE
)

_BEFORE_ENGLISH = re.compile(
    r"(?:(?P<year>\b(?:since|in|of|during|from)\s)|\bno\.?\s?|\bnumber\s|#|(?<![\w.,:/$-]))"
    r"(?P<number>[0-9]{1,5})(?P<letter>hf|[a-z])?(?P<second>\s?-\s?(?:[0-9]{1,5}(?:hf|[a-z])?|[a-z])|\s1/2)?[&,]?\s$",
    re.IGNORECASE,
)
_LONGEST_BEFORE = 32


def behind(text: str, at: int) -> Detail | None:
    """What stands right behind a name that ends at ``at``; None when that is no part of an address."""
    found = _BEHIND_CHINESE.match(text, at)
    if found is not None and found.group().strip():
        return _chinese(found)
    found = _HYPHENS_BEHIND.match(text, at)
    if found is not None:
        unit = f"u{int(found['unit'])}/" if found["unit"] else ""
        key = f"{_building(found['building'])}幢/{unit}r{int(found['flat'])}"
        return Detail(start=at, end=found.end(), number=None, key=key)
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
        parts.append(f"{number}弄")
    if found["branch"]:
        number = _value(found["branch"]) if number is None else number
        parts.append(f"{_value(found['branch'])}支弄")
    if found["group"]:
        parts.append(f"{_value(found['group'])}组")
    if found["part"]:
        parts.append(f"{_building(found['part'].removeprefix('第'))}{found['part_is']}")
    if found["number"]:
        house = _value(found["number"])
        # Behind a group of a village the houses are counted by the group.
        number = house if number is None and not found["group"] else number
        parts.append(f"{house}{_sub_number(house, found)}")
    if found["building"]:
        parts.append(f"{_building(found['building'])}幢")
    unit = found["unit"] or found["unit_flat"]
    if unit:
        parts.append(f"u{_building(unit)}")
    if found["floor"]:
        parts.append(f"f{'-' if found['under'] else ''}{_value(found['floor'])}")
    room = found["room"] or found["flat"] or found["house_flat"] or found["flat_behind"] or found["spoken"]
    if room:
        parts.append(f"r{_value(room)}")
    end = found.start() + len(found.group().rstrip())
    return Detail(start=found.start(), end=end, number=number, key="/".join(parts))


def _sub_number(house: int, found: re.Match[str]) -> str:
    """What makes it a house of its own: "83-2号", "35号附3号", "甲35号"; "83-89号" is a row that begins at 83."""
    if found["annex"]:
        return f"-{_value(found['annex'])}"
    if found["after"]:
        return f"-{_value(found['after'])}"
    if found["stem"] or found["tail"]:
        return str(found["stem"] or found["tail"])
    if found["second"] is None or _value(found["second"]) >= house:
        return ""
    return f"-{_value(found['second'])}"


def _building(word: str) -> str:
    if "a" <= word[0].lower() <= "z":
        return word.upper()
    return word if word in _DIRECTIONS else str(_value(word))


def _value(word: str) -> int:
    """The value of a number in digits or Chinese numerals: "八十三" and "八三" are 83."""
    if word.isdigit() and word.isascii():
        return int(word)
    word = word.replace("零", "〇").replace("两", "二").replace("廿", "二十").replace("卅", "三十")
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
