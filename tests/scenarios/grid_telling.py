"""Short ways to tell what gridmen do in their chats."""

from __future__ import annotations

from gateway.rehearsal import Rehearsal
from routing_rules.cases import CaseStatus
from routing_rules.messages import Attachment, Point
from tests.scenarios.telling import dispatched, last, status_of

WANG, LI, CHEN = "telegram:7000001", "telegram:7000002", "telegram:7000003"
BOSS = "telegram:7000009"
HERE = Point(30.0185, 122.0925)
#: About 18 metres away.
NEARBY = Point(30.01866, 122.0925)


def photo(number: int = 1) -> tuple[Attachment, ...]:
    return (Attachment(f"simulator:photo{number}", "image/jpeg"),)


def gridman(city: Rehearsal, account: str = WANG, name: str = "王某", *grids: str, cover: bool = False) -> str:
    """Bound and on duty."""
    binding = city.bind(account, name, *(f"grid:{grid}" for grid in grids or ("zhushan-3",)), cover=cover)
    city.text(account, "/duty on")
    return binding


def report(city: Rehearsal, account: str = WANG, words: str = "盐港西路83号烟囱冒黑烟") -> int:
    """Album, caption and pin; returns the number of the case."""
    album = [city.message(account, words if n == 1 else "", attachments=photo(n), album="a1") for n in (1, 2, 3)]
    accepted = city.messages(album)
    city.messages([city.message(account, "", location=HERE)])
    city.wait(seconds=3)
    number = accepted[0].case_number
    assert number is not None
    return number


ROAD = "竹山路5号路面坑坑洼洼破损严重"


def verify(city: Rehearsal) -> int:
    """A resident's matter that a gridman is sent to look at."""
    gridman(city)
    number = city.text("alice", ROAD).case_number
    assert number is not None
    assert status_of(city, number) is CaseStatus.VERIFYING
    assert [button.label for button in city.inbox(WANG)[-1].buttons] == ["属实", "不属实", "找不到"]
    return number


def to_check(city: Rehearsal) -> None:
    """The bureau has reported; a gridman is asked to look."""
    gridman(city)
    code = dispatched(city)
    city.text("env", f"{code}办 已到场,下达限期整改通知书")
    assert last(city, WANG).startswith("核查 Z1042")
