"""Names that many communities of one prefecture share: each text leads to the right place or to a question.

The registry is the prefecture's 428 communities; the texts are those names as residents write them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from routing_rules.areas import Area, Level, Registry
from routing_rules.location import Gazetteer, Location, LocationKind
from routing_rules.place_names import common_name
from tests.measures.addresses import data_folder

#: How residents mention a place.
TEXTS = (
    "{}", "{}路灯不亮", "我家住{},水管爆了", "{}的垃圾没人清", "在{}有人打架", "{}附近有臭味", "{}这边停水了",
    "家在{} 没电", "{},下水道堵了", "你好,{}有人违建", "{}居民反映噪音大",
)  # fmt: skip


def registry(file: Path) -> Registry:
    """The communities of a file of the national list, with their streets and districts."""
    areas: dict[str, Area] = {}
    with file.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            for level, parent in (
                (Level.DISTRICT, None),
                (Level.STREET, "district_code"),
                (Level.COMMUNITY, "street_code"),
            ):
                code = row["code" if level is Level.COMMUNITY else f"{level}_code"]
                names = {"zh": row[str(level)]}
                areas[code] = Area(code=code, level=level, parent=row[parent] if parent else None, names=names)
    return Registry(areas=areas, places=(), offices={})


def questions(alike: dict[str, Any]) -> Iterator[tuple[str, str, set[str]]]:
    """Kind, name and the codes of all that the name may mean; one code where it means one community."""
    for name, bearers in alike["ambiguous_short_names"].items():
        yield "ambiguous", name, {each["code"] for each in bearers}
    for name, bearers in alike["community_same_as_street"].items():
        yield "named_like_a_street", name, {each["code"] for each in bearers["communities"]}


def cases(city: Registry, alike: dict[str, Any]) -> Iterator[tuple[str, set[str]]]:
    """Each text with the codes of all that it may mean; several where somebody has to ask."""
    for _, name, codes in questions(alike):
        # A community named like its street may be the street.
        streets = {code for code, area in city.areas.items() if area.level is Level.STREET and _bears(area, name)}
        yield from ((text.format(name), codes | streets) for text in TEXTS)
    for name in (name for pair in alike["contained_names"] for name in pair):
        codes = {code for code, area in city.areas.items() if _bears(area, name)}
        yield from ((text.format(name), codes) for text in TEXTS)


def official_cases(city: Registry) -> Iterator[tuple[str, set[str]]]:
    """Each community by its official name, and by what people call it, behind its street."""
    for area in city.areas.values():
        if area.level is Level.COMMUNITY:
            namesakes = {code for code, each in city.areas.items() if each.names["zh"] == area.names["zh"]}
            yield f"{area.names['zh']}路灯不亮", namesakes
            street = city.areas[area.parent or ""].names["zh"]
            yield f"{street}{common_name(area.names['zh'])}路灯不亮", {area.code}


def measure(files: Sequence[Path] = ()) -> dict[str, Any]:
    """How many texts lead to a wrong place; any named file is another one with ambiguities."""
    folder = data_folder() / "places_cn"
    city = registry(folder / "zhoushan_330900.csv")
    gazetteer = Gazetteer(city)
    texts = list(official_cases(city))
    for file in files or [folder / "zhoushan_ambiguities.json"]:
        texts += cases(city, json.loads(file.read_text(encoding="utf-8")))
    counts = {"texts": len(texts), "right": 0, "asked": 0, "not_located": 0, "wrong": 0}
    wrong: list[str] = []
    for text, codes in texts:
        result = judged(gazetteer.locate(text), codes)
        counts[result] += 1
        if result == "wrong":
            wrong.append(text)
    return {"measure": "names", **counts, "wrong_texts": wrong[:20], "good": not wrong}


def judged(found: Location, codes: set[str]) -> str:
    """A place that may be meant is right only where nothing else may be; a question must offer one that may be."""
    if found.kind is LocationKind.NONE:
        return "not_located"
    if found.kind is LocationKind.EXACT:
        return "right" if {found.area} == codes else "wrong"
    return "asked" if codes & {each.area for each in found.candidates} else "wrong"


def _bears(area: Area, name: str) -> bool:
    """Whether people call the area so, with or without the word for what it is."""
    common = common_name(area.names["zh"])
    return area.level in (Level.COMMUNITY, Level.STREET) and common in (
        name, f"{name}村", f"{name}社区", f"{name}街道", f"{name}镇", f"{name}乡",
    )  # fmt: skip
