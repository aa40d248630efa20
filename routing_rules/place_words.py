"""Says places and areas to people: as they wrote them, and told apart where several bear one name.

It chooses words only; which place is meant was decided before.
"""

from __future__ import annotations

from collections.abc import Sequence

from routing_rules.areas import Level, Registry
from routing_rules.house_numbers import Detail
from routing_rules.normalise import HAN
from routing_rules.place_names import Bearer, common_name
from routing_rules.place_reading import Reading

#: What tells two bearers of a name apart, the shortest sufficient one first.
_TELLING = (
    (Level.STREET,),
    (Level.COMMUNITY,),
    (Level.STREET, Level.COMMUNITY),
    (Level.GRID,),
    (Level.DISTRICT, Level.STREET),
    (Level.DISTRICT, Level.STREET, Level.COMMUNITY, Level.GRID),
)


def area_name(registry: Registry, code: str, language: str) -> str:
    """The name that people use for an area: "竹山社区"."""
    return common_name(registry.name_of(code, language))


def written(text: str, reading: Reading, bearer: Bearer, registry: Registry, language: str) -> str:
    """The place in the words of the text: "盐港西路83号"; a short name is completed ("竹山" → "竹山社区").

    A former name that several areas took over says nothing: each is called by its own.
    """
    shared = bearer.place is None and bearer.by == "alias" and len(reading.mention.bearers) > 1
    if not bearer.bare and not shared:
        return text[reading.start : reading.end]
    return area_name(registry, bearer.code, language) + text[reading.mention.end : reading.end]


def with_telling_name(reading: Reading, display: str, language: str) -> str:
    """The place behind the name that told which one it is: "解放街道新河路", "Mill Rd, North Ward"."""
    if reading.told_by is None:
        return display
    return _joined([reading.told_by.word], display, language)


def told_apart(
    text: str, meant: Sequence[tuple[Reading, Bearer]], registry: Registry, language: str
) -> tuple[str, ...]:
    """How to offer several bearers so that no two read the same: "解放街道新河路", "昌国街道新河路"."""
    names = [written(text, reading, bearer, registry, language) for reading, bearer in meant]
    offered: list[str] = names
    for levels in _TELLING:
        offered = [
            _joined(_areas_above(bearer, levels, registry, language), name, language)
            for (_, bearer), name in zip(meant, names, strict=True)
        ]
        if len(set(offered)) == len(offered):
            break
    return tuple(offered)


def said(name: str, text: str, start: int, end: int, detail: Detail | None) -> str:
    """A name for what the text has from start to end, with the number beside it: "新河路12号", "12 Mill Rd"."""
    before = text[detail.start : start] if detail is not None and detail.start < start else ""
    behind = text[end : detail.end] if detail is not None and detail.end > end else ""
    return f"{before}{common_name(name)}{behind}"


def with_number(name: str, number: str, language: str) -> str:
    """A house number with the name of its road: "盐港西路83号", "83 Yangang W Rd"; the name alone without one."""
    if not number:
        return common_name(name)
    return f"{name}{number}号" if language == "zh" else f"{number} {name}"


def _areas_above(bearer: Bearer, levels: tuple[Level, ...], registry: Registry, language: str) -> list[str]:
    above = {area.level: area.code for area in registry.chain(bearer.area) if area.code != bearer.code}
    return [area_name(registry, above[level], language) for level in levels if level in above]


def _joined(areas: list[str], name: str, language: str) -> str:
    """Chinese goes from large to small without a sign, English from small to large with commas."""
    areas = [area for area in areas if not name.startswith(area)]
    if language == "zh" or HAN.search(name):
        return "".join([*areas, name])
    return ", ".join([name, *reversed(areas)])
