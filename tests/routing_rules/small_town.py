"""A town of two streets and the words of a few matters: just enough to read texts against."""

from __future__ import annotations

import json

from routing_rules.areas import Area, Level, Place, Registry
from routing_rules.rulebook import Category, Emergency, Keyword, RuleBook
from routing_rules.working_time import AROUND_THE_CLOCK, WorkCalendar


def area(code: str, level: Level, parent: str | None, zh: str, en: str = "", aliases: tuple[str, ...] = ()) -> Area:
    names = {"zh": zh, "en": en} if en else {"zh": zh}
    return Area(code=code, level=level, parent=parent, names=names, aliases=aliases)


def place(code: str, kind: str, where: str, zh: str = "", en: str = "", **more) -> Place:
    names = {language: name for language, name in (("zh", zh), ("en", en)) if name}
    return Place(code=code, kind=kind, area=where, names=names, **more)


def square(lon: float, lat: float, size: float) -> str:
    """A square outline as GeoJSON, its lower left corner at the point."""
    ring = [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


AREAS = (
    area("dh", Level.DISTRICT, None, "定海区", "Dinghai District"),
    area("jf", Level.STREET, "dh", "解放街道", "Jiefang Street"),
    area("cg", Level.STREET, "dh", "昌国街道", "Changguo Street"),
    area("zhushan", Level.COMMUNITY, "jf", "竹山社区居委会", "Zhushan Community", ("竹山头",)),
    area("xiyuan", Level.COMMUNITY, "jf", "西园社区", "Xiyuan Community"),
    area("maozhushan", Level.COMMUNITY, "cg", "毛竹山村村委会"),
    area("dongguan", Level.COMMUNITY, "cg", "东管社区", "Dongguan Community"),
    area("zhushan-1", Level.GRID, "zhushan", "竹山第一网格"),
)

PLACES = (
    place("yg-1", "road", "zhushan", "盐港西路", "Yangang West Road", number_from=1, number_to=199),
    place("yg-2", "road", "xiyuan", "盐港西路", "Yangang West Road", number_from=200),
    place("xh-jf", "road", "zhushan", "新河路", "Xinhe Road", parity="odd"),
    place("xh-cg", "road", "dongguan", "新河路", "Xinhe Road", parity="even"),
    place("rm", "road", "zhushan", "人民路", "Main Street", aliases=("老大街",)),
    place("jy", "road", "zhushan", "建业路", "Oak St."),
    place("hb", "road", "dongguan", "海滨大道", "Harbour Rd"),
    place("zsxq", "compound", "zhushan-1", "竹山小区", "Bamboo Court"),
    place("gyl", "compound", "dongguan", "桂园"),
    place("gate", "landmark", "dongguan", "东门菜场", outline=square(122.10, 30.01, 0.01)),
    place("field", "landmark", "xiyuan", "西园", outline=square(122.09, 30.00, 0.05)),
)


def small_registry() -> Registry:
    return Registry(areas={each.code: each for each in AREAS}, places=PLACES, offices={})


EMERGENCY = Emergency(
    phrases=(
        "煤气味", "着火", "着火了", "大火", "塌了", "触电", "打人", "有人落水",
        "gas smell", "smell gas", "smell of gas", "on fire", "collapsed",
    ),
    negations=("没有", "没", "不是", "别", "no", "not", "isn't"),
    past=("去年", "上次", "last year", "once"),
)  # fmt: skip


def category(code: str, *keywords: str | Keyword) -> Category:
    return Category(
        code=code,
        names={"zh": code},
        short={"zh": code},
        keywords=tuple(each if isinstance(each, Keyword) else Keyword(each) for each in keywords),
        department=None,
        handle_at=None,
        limits={},
    )


CATEGORIES = (
    category("smoke", Keyword("冒黑烟", 3.0), "烟囱", "smoke"),
    category("lamp", "路灯", "灯不亮", "street light"),
    category("lid", "井盖", "pothole", "manhole cover"),
    category("works", "化工", "黑烟"),
    category("tree", "tree"),
)


def small_book(*categories: Category, emergency: Emergency = EMERGENCY) -> RuleBook:
    return RuleBook(
        code="small",
        version="0" * 12,
        number_prefix="Z",
        first_number=1,
        sender={"zh": "小城"},
        languages=("zh", "en"),
        calendar=WorkCalendar(zone="Asia/Shanghai", hours=AROUND_THE_CLOCK),
        windows={},
        limits={},
        warnings={},
        join_hours=72,
        categories={each.code: each for each in (categories or CATEGORIES)},
        departments={},
        rules=(),
        emergency=emergency,
        follow_up_words=(),
        thanks_words=(),
        texts={},
    )
