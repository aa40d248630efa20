"""Who texts what: small conversations whose outcome is known, in an order drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice, product

from tests.faults.city import ACCOUNT, NUMBER

_RESIDENT = "+1500555{:04}"
#: Numbers below belong to the provider's magic ones and to staff.
_FIRST_RESIDENT = 1000

#: Roads of the sample with their last house: each house is a matter of its own.
_ROADS = {"兴舟大道": 600, "环城南路": 400, "昌国路": 300, "人民北路": 260}
_EMERGENCY_ROAD, _EMERGENCY_HOUSES = "滨海大道", 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text of a resident, as the provider will post it."""

    #: The provider's id; the same for every repeat.
    sid: str
    sender: str
    body: str

    @property
    def form(self) -> dict[str, str]:
        """The parameters of the request."""
        return {
            "MessageSid": self.sid,
            "SmsSid": self.sid,
            "SmsMessageSid": self.sid,
            "AccountSid": ACCOUNT,
            "From": self.sender,
            "To": NUMBER,
            "Body": self.body,
            "NumMedia": "0",
            "ApiVersion": "2010-04-01",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """All conversations, each to be held in its order, and how many cases they must come to."""

    conversations: tuple[tuple[Text, ...], ...]
    cases: int

    @property
    def texts(self) -> list[Text]:
        return [text for conversation in self.conversations for text in conversation]


def crowd(texts: int, seed: int) -> Crowd:
    """So many texts of people with matters of their own, a matter that many share, emergencies, and nothing clear.

    Some people get the same words from us twice within seconds (the safety text), which is where a lost answer is
    hardest to tell from a lost text.
    """
    chance = random.Random(seed)
    houses = islice(product(range(1, min(_ROADS.values()) + 1), _ROADS), texts)
    emergencies = iter(range(1, _EMERGENCY_HOUSES + 1))
    conversations: list[tuple[Text, ...]] = []
    cases, shared, left = 0, False, texts
    while left:
        kind = chance.choices(("own", "shared", "emergency", "asked", "unclear"), (36, 40, 6, 12, 6))[0]
        bodies: Sequence[str]
        opens = 1
        if kind == "own":
            number, road = next(houses)
            bodies = (f"{road}{number}号路灯不亮", "查", "谢谢")
        elif kind == "shared":
            bodies = ("盐港西路83号烟囱冒黑烟", "还在冒烟", "查")
            opens, shared = int(not shared), True
        elif kind == "emergency":
            place = f"{_EMERGENCY_ROAD}{next(emergencies)}号"
            bodies = (f"{place}煤气味", f"{place}煤气味很重", f"{place}煤气味越来越重")
        elif kind == "asked":
            number, road = next(houses)
            bodies = ("路灯不亮了", f"{road}{number}号")
        else:
            bodies = ("在吗", "有人吗")
        bodies = bodies[:left]
        # The second unclear text is the one that opens a case for the desk.
        cases += opens if kind != "unclear" or len(bodies) == 2 else 0
        left -= len(bodies)
        sender = _RESIDENT.format(_FIRST_RESIDENT + len(conversations))
        conversations.append(
            tuple(
                Text(sid=_sid(seed, len(conversations), turn), sender=sender, body=body)
                for turn, body in enumerate(bodies)
            )
        )
    return Crowd(conversations=tuple(conversations), cases=cases)


def _sid(seed: int, conversation: int, turn: int) -> str:
    return "SM" + sha256(f"{seed}/{conversation}/{turn}".encode()).hexdigest()[:32]
