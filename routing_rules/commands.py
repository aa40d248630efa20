"""The few words people text to command the gateway, in Chinese and English.

It reads words and knows no case: whether a command can be carried out is decided elsewhere. The words that carriers
reserve (STOP, START, HELP …) are never used for anything but what the carriers mean by them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from routing_rules.normalise import normalise, simplify


class Verb(StrEnum):
    """What may follow a reply code."""

    ACCEPT = "accept"
    MORE = "more"
    ASK = "ask"
    DONE = "done"
    RETURN = "return"
    EXTEND = "extend"
    SUSPEND = "suspend"
    PASS_UP = "pass_up"  # noqa: S105 - no password
    CORRECT = "correct"
    CHECK_PASS = "check_pass"  # noqa: S105 - no password
    CHECK_FAIL = "check_fail"
    APPROVE = "approve"
    REFUSE = "refuse"
    ASSIGN = "assign"
    REJECT = "reject"
    #: A gridman looked: the matter is real, it is not, it cannot be found.
    TRUE = "true"
    NOT_TRUE = "not_true"
    NOT_FOUND = "not_found"


#: Longest first where one word begins another.
_VERB_WORDS: tuple[tuple[str, Verb], ...] = (
    ("不合格", Verb.CHECK_FAIL),
    ("不属实", Verb.NOT_TRUE),
    ("找不到", Verb.NOT_FOUND),
    ("属实", Verb.TRUE),
    ("不受理", Verb.REJECT),
    ("不准", Verb.REFUSE),
    ("合格", Verb.CHECK_PASS),
    ("自办", Verb.DONE),
    ("收", Verb.ACCEPT),
    ("详", Verb.MORE),
    ("问", Verb.ASK),
    ("办", Verb.DONE),
    ("退", Verb.RETURN),
    ("延", Verb.EXTEND),
    ("挂", Verb.SUSPEND),
    ("转", Verb.PASS_UP),
    ("改", Verb.CORRECT),
    ("准", Verb.APPROVE),
    ("派", Verb.ASSIGN),
    ("approve", Verb.APPROVE),
    ("notfound", Verb.NOT_FOUND),
    ("nottrue", Verb.NOT_TRUE),
    ("true", Verb.TRUE),
    ("assign", Verb.ASSIGN),
    ("refuse", Verb.REFUSE),
    ("reject", Verb.REJECT),
    ("back", Verb.RETURN),
    ("done", Verb.DONE),
    ("fail", Verb.CHECK_FAIL),
    ("hold", Verb.SUSPEND),
    ("more", Verb.MORE),
    ("pass", Verb.CHECK_PASS),
    ("ask", Verb.ASK),
    ("ext", Verb.EXTEND),
    ("fix", Verb.CORRECT),
    ("ok", Verb.ACCEPT),
    ("up", Verb.PASS_UP),
)

#: Language to the word that stands in a text for a verb.
VERB_NAMES: Mapping[Verb, Mapping[str, str]] = {
    verb: {
        "zh": next(w for w, v in _VERB_WORDS if v is verb and not w.isascii()),
        "en": next(w for w, v in _VERB_WORDS if v is verb and w.isascii()).upper(),
    }
    for verb in Verb
}


@dataclass(frozen=True, slots=True)
class CodedCommand:
    """A text that begins with six digits and a verb."""

    code: str
    verb: Verb
    #: What follows the verb, in the sender's own characters.
    rest: str


#: What may stand between a code, a verb and its words.
_SEPARATORS = "".join(sorted(set(" ,.:;-\u3002")))

_CODED = re.compile(r"([0-9]{6})[\s,.:;,。:;-]*(.*)", re.DOTALL)


def coded_command(text: str) -> CodedCommand | None:
    """Read "730164办 结果" or "730164 DONE result"; None when it is none. Expects a normalised text."""
    match = _CODED.fullmatch(text.strip("\"'“”‘’"))
    if match is None:
        return None
    code, rest = match.groups()
    plain = simplify(rest).lower()
    for word, verb in _VERB_WORDS:
        if plain.startswith(word) and _ends_word(plain, word):
            return CodedCommand(code, verb, rest[len(word) :].strip(_SEPARATORS))
    return None


def leading_code(text: str) -> str | None:
    """The six digits at the start of a text, with or without a verb behind them."""
    match = re.match(r"([0-9]{6})(?![0-9])", text)
    return match[1] if match else None


def _ends_word(text: str, word: str) -> bool:
    return not word.isascii() or len(text) == len(word) or not text[len(word)].isalpha()


_HOURS = re.compile(r"([0-9]{1,3})(?!\.?[0-9])\s*(?:个?小时|hours?|hrs?|h)?[\s,.,。]*(.*)", re.DOTALL | re.IGNORECASE)


def hours_and_reason(rest: str) -> tuple[int, str] | None:
    """Read "4 理由": hours from 1 to 999 and the reason; None when the number is missing or 0."""
    match = _HOURS.fullmatch(rest)
    if match is None or int(match[1]) == 0:
        return None
    return int(match[1]), match[2].strip()


class ResidentCommand(StrEnum):
    """What a resident can ask for by one word."""

    STATUS = "status"
    URGE = "urge"
    WITHDRAW = "withdraw"
    DESK = "desk"
    LANGUAGE_ZH = "zh"
    LANGUAGE_EN = "en"
    LIST = "list"


_RESIDENT_WORDS: Mapping[str, ResidentCommand] = {
    "查": ResidentCommand.STATUS,
    "查询": ResidentCommand.STATUS,
    "进度": ResidentCommand.STATUS,
    "status": ResidentCommand.STATUS,
    "催": ResidentCommand.URGE,
    "催办": ResidentCommand.URGE,
    "urge": ResidentCommand.URGE,
    "撤": ResidentCommand.WITHDRAW,
    "撤销": ResidentCommand.WITHDRAW,
    "撤回": ResidentCommand.WITHDRAW,
    "withdraw": ResidentCommand.WITHDRAW,
    "人工": ResidentCommand.DESK,
    "转人工": ResidentCommand.DESK,
    "desk": ResidentCommand.DESK,
    "中文": ResidentCommand.LANGUAGE_ZH,
    "en": ResidentCommand.LANGUAGE_EN,
    "english": ResidentCommand.LANGUAGE_EN,
    "英文": ResidentCommand.LANGUAGE_EN,
    "单": ResidentCommand.LIST,
    "list": ResidentCommand.LIST,
}

_TRAILING = " .。!!??~～,,"


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """A command of a chat bot, "/diary 走访3幢"."""

    #: In small letters, without the slash and the bot's name.
    name: str
    rest: str


_SLASH = re.compile(r"/([A-Za-z][A-Za-z0-9_]{0,31})(?:@\w{1,64})?(?:\s+(.*))?", re.DOTALL)


def slash_command(text: str) -> SlashCommand | None:
    """Read "/duty on", "/start 7F3K-92QD" and the like; None for anything else."""
    match = _SLASH.fullmatch(text.strip())
    return SlashCommand(match[1].lower(), (match[2] or "").strip()) if match else None


def resident_command(text: str, number_prefix: str) -> tuple[ResidentCommand, int | None] | None:
    """Read "查", "查1042", "STATUS Z1042", "撤1042" and the like, the whole text only."""
    plain = simplify(normalise(text)).lower().strip(_TRAILING)
    if plain in _RESIDENT_WORDS:
        return _RESIDENT_WORDS[plain], None
    match = re.fullmatch(rf"([^\d\s]+?)\s*{re.escape(number_prefix.lower())}?\s*([0-9]{{1,9}})号?", plain)
    if match and match[1].strip() in _RESIDENT_WORDS:
        return _RESIDENT_WORDS[match[1].strip()], int(match[2])
    return None


def leading_case_number(text: str, number_prefix: str) -> tuple[int, str] | None:
    """Read "Z1042 还在冒": the number and what follows it. The prefix must be there."""
    match = re.match(rf"{re.escape(number_prefix)}\s?([0-9]{{1,9}})(?![0-9])[\s,.:,。:]*(.*)", text, re.I | re.S)
    return (int(match[1]), match[2].strip()) if match else None


#: Opt-out and opt-in, the whole message only: "STOP 12345" is not an opt-out.
_OPT_OUT = frozenset(
    ["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "t", "td", "r", "退订", "取消订阅"]
)
_OPT_IN = frozenset(["start", "unstop", "开通", "订阅", "恢复"])


def opts_out(text: str) -> bool:
    """Whether the whole text is a word that ends our texts."""
    return simplify(normalise(text)).lower().strip(_TRAILING) in _OPT_OUT


def opts_in(text: str) -> bool:
    """Whether the whole text is a word that allows our texts again."""
    return simplify(normalise(text)).lower().strip(_TRAILING) in _OPT_IN


@dataclass(frozen=True, slots=True)
class Choice:
    """A digit that answers something, and the words behind it ("3 晚上还在冒")."""

    digit: int
    words: str


#: A digit before one of these counts or names something and answers nothing ("3幢楼道灯不亮", "2个井盖").
_UNITS = "号幢栋单元个楼天月点年日时分户组村层室区米元辆条只家次周岁人弄"

_CHOICE = re.compile(r"([0-9])(?:[\s,.:;、,。:;!!]+(.*)|([^\d\s].*))?", re.DOTALL)


def choice(text: str) -> Choice | None:
    """Read a bare digit, or a digit and words. Expects a normalised text."""
    match = _CHOICE.fullmatch(text)
    if match is None:
        return None
    words = match[2] or match[3] or ""
    if match[3] and (match[3][0] in _UNITS or match[3][0].isascii()):
        return None
    return Choice(int(match[1]), words.strip())
