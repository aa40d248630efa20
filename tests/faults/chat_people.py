"""Who talks to the bot under faults: gridmen, community officers and one bureau, each a patient person with a phone.

A person acts once, then waits for the answer however long the gateway is dead. Nobody repeats what was not answered:
Telegram keeps it until the gateway has it.
"""

from __future__ import annotations

import io
import random
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image

from gateway.fake_provider import FakeTelegram, Person, Seen
from tests.faults.processes import wait_until

#: Community, one of its grids, a road that lies in it.
TEAMS = (
    ("zhushan", "zhushan-3", "盐港西路"),
    ("xian", "xian-1", "环城西路"),
    ("beiyuan", "beiyuan-1", "人民北路"),
    ("dongmen", "dongmen-1", "解放东路"),
    ("weihai", "weihai-1", "环城南路"),
    ("xiangyuan", "xiangyuan-1", "昌国路"),
    ("haibin", "haibin-1", "盐港东路"),
    ("liufang", "liufang-1", "留方路"),
)
#: The bureau to which the matter goes, and the words for the matter.
BUREAU, MATTER = "env", "烟囱冒黑烟"
MOST_ROUNDS = 100

_FIRST_GRIDMAN, _FIRST_OFFICER, _BUREAU_PERSON = 7_200_001, 7_300_001, 7_400_001
#: How long a person waits for an answer, in seconds: a process that died may keep others from listening for 40.
PATIENCE = 90.0
_LOOK_AGAIN = 0.05
#: So many of a hundred people tap a button twice.
_TAP_TWICE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that a person did, as it must stand in the inbox."""

    #: The external id of the message.
    id: str
    #: Verdicts that it may have; None where any will do.
    verdicts: frozenset[str] | None = None


@dataclass(slots=True)
class Diary:
    """What everybody did. Shared between threads."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    acts: list[Act] = field(default_factory=list)
    #: Messages whose buttons were pressed for the last time: person and number.
    settled: list[tuple[int, int]] = field(default_factory=list)

    def did(self, act: Act) -> None:
        with self.lock:
            self.acts.append(act)

    def settle(self, person: int, message: int) -> None:
        with self.lock:
            self.settled.append((person, message))


class Chatter:
    """Somebody at a phone who writes, presses and waits."""

    def __init__(self, person: Person, diary: Diary, chance: random.Random) -> None:
        self.person = person
        self._diary = diary
        self._chance = chance

    def write(self, text: str) -> None:
        self._said(self.person.write(text))

    def send_photos(self, count: int, caption: str | None = None) -> None:
        for number in self.person.send_photo(*(_photo(n) for n in range(count)), caption=caption):
            self._said(number)

    def hears(self, *words: str) -> Seen:
        """Wait for a message of the bot that holds all the words; the newest one. Raises TookTooLong."""
        found: list[Seen] = []

        def look() -> bool:
            found[:] = [seen for seen in self.person.received() if all(each in seen.text for each in words)]
            return bool(found)

        wait_until(look, f"{self.person.name} hears {words}", PATIENCE, _LOOK_AGAIN)
        return found[-1]

    def press(self, message: Seen, label: str, *, last: bool = True, refused: bool = False) -> None:
        """Press a button, some people twice where it is the `last` press; `refused` when more is wanted first."""
        press = self.person.press(label, message_id=message.message_id)
        self._diary.did(_pressed(press, "press_refused" if refused else "pressed"))
        if last:
            if self._chance.uniform(0, 100) < _TAP_TWICE:
                again = self.person.press(label, message_id=message.message_id)
                self._diary.did(_pressed(again, "press_refused"))
            self._diary.settle(self.person.id, message.message_id)

    def _said(self, number: int) -> None:
        self._diary.did(Act(id=f"{self.person.id}:{number}"))


def _pressed(press: str, verdict: str) -> Act:
    return Act(id=f"press:{press}", verdicts=frozenset({verdict}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """Who has to be invited before the talk begins."""

    person: int
    name: str
    office: str


def invites(teams: int) -> list[Invite]:
    """Everybody's invite: a gridman and an officer for each team, and the bureau."""
    found = [Invite(person=_BUREAU_PERSON, name="环保局某", office=BUREAU)]
    for number, (community, grid, _) in enumerate(TEAMS[:teams]):
        found.append(Invite(person=_FIRST_GRIDMAN + number, name=f"网格员{number}", office=f"grid:{grid}"))
        found.append(Invite(person=_FIRST_OFFICER + number, name=f"社区员{number}", office=community))
    return found


class Talk:
    """All conversations at once: each team has its own, round by round, in a thread of its own."""

    def __init__(self, telegram: FakeTelegram, codes: dict[int, str], *, teams: int, rounds: int, seed: int) -> None:
        """``codes``: the invite code of each person."""
        self.diary = Diary()
        #: What stopped a conversation, in a sentence each.
        self.stuck: list[str] = []
        self._codes = codes
        self._rounds = rounds
        self._one_result = threading.Lock()
        self._finished = 0
        self._talking = teams
        self._over = threading.Event()
        self._telegram = telegram
        self._seed = seed
        self._names = {invite.person: invite.name for invite in invites(teams)}
        self._bureau = self._chatter(_BUREAU_PERSON)
        self._threads = [
            threading.Thread(target=self._run, args=(number,), name=f"team-{number}", daemon=True)
            for number in range(teams)
        ]

    @property
    def finished(self) -> int:
        """Rounds that are through."""
        return self._finished

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def over(self) -> bool:
        """Whether every conversation is through, or stuck."""
        return self._over.is_set()

    def wait_at_most(self, seconds: float) -> bool:
        """Wait until it is over; False when that took longer."""
        return self._over.wait(seconds)

    def bind_bureau(self) -> None:
        """The bureau uses its invite."""
        self._bind(self._bureau)

    def _chatter(self, person: int) -> Chatter:
        chance = random.Random(f"{self._seed}/{person}")
        return Chatter(self._telegram.person(person, self._names[person]), self.diary, chance)

    def _bind(self, chatter: Chatter) -> None:
        chatter.write(f"/start {self._codes[chatter.person.id]}")
        chatter.hears("已绑定")

    def _run(self, team: int) -> None:
        try:
            gridman, officer = self._chatter(_FIRST_GRIDMAN + team), self._chatter(_FIRST_OFFICER + team)
            self._bind(gridman)
            self._bind(officer)
            gridman.write("/duty on")
            gridman.hears("已上岗")
            for turn in range(1, self._rounds + 1):
                story = self._handled_by_himself if turn % 2 else self._handled_by_the_bureau
                self._report(gridman, officer, f"{TEAMS[team][2]}{turn}号", story)
                with self.diary.lock:
                    self._finished += 1
        except Exception as error:  # whatever stopped it is a finding
            self.stuck.append(f"team {team}: {type(error).__name__}: {error}")
        finally:
            with self.diary.lock:
                self._talking -= 1
                if not self._talking:
                    self._over.set()

    def _report(
        self, gridman: Chatter, officer: Chatter, place: str, story: Callable[[Chatter, Chatter, str, Seen], None]
    ) -> None:
        """Photos and words, the proposal, filed; then one of the stories, up to the result."""
        gridman.send_photos(2, caption=f"{place}{MATTER}")
        proposal = gridman.hears("收到2图", f"。{place}{MATTER}?")
        gridman.press(proposal, "立案")
        filed = gridman.hears("已立案", f":{place}{MATTER}")
        label = re.match(r"Z\d+", filed.text)
        assert label is not None
        story(gridman, officer, label[0], filed)
        gridman.hears(f"{label[0]}办理结果")

    def _handled_by_himself(self, gridman: Chatter, officer: Chatter, label: str, filed: Seen) -> None:
        """A button that wants words, words that want a photo, and the community looks it over."""
        gridman.press(filed, "即办", last=False)
        gridman.hears(f"{label}:请直接写处理结果")
        gridman.write(f"{label[1:]}号已到场劝离,清理干净")
        gridman.hears(f"{label}:请发一张现场照片")
        gridman.send_photos(1)
        gridman.hears(f"【回执】{label}")
        check = officer.hears(f"核查 {label}")
        officer.press(check, "已解决")
        officer.hears(f"【回执】{label}核查")

    def _handled_by_the_bureau(self, gridman: Chatter, officer: Chatter, label: str, filed: Seen) -> None:
        """Passed up, dispatched, reported by the bureau's words, and checked by the gridman with a photo."""
        gridman.press(filed, "上报")
        officer.press(officer.hears(f"【转办】{label}"), "上报")
        task = self._bureau.hears(f"【派单】{label}")
        # One person answers one question at a time.
        with self._one_result:
            self._bureau.press(task, "办结", last=False)
            self._bureau.hears(f"{label}:请直接写处理结果")
            self._bureau.write(f"{label[1:]}号已下达限期整改通知书")
            self._bureau.hears(f"【回执】{label}办结已收到")
        check = gridman.hears(f"核查 {label}")
        gridman.press(check, "已解决", last=False, refused=True)
        gridman.hears(f"{label}:请发一张现场照片")
        gridman.send_photos(1)
        gridman.hears(f"【回执】{label}核查")


def _photo(number: int) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (120, 90), (number * 40 % 256, 90, 160)).save(written, "JPEG")
    return written.getvalue()
