"""Finds the place a text speaks of among the names of the registry.

In doubt it says so and offers the candidates; it never guesses. It knows no cases and asks nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from routing_rules.areas import Registry
from routing_rules.messages import Point
from routing_rules.normalise import language_of, normalise
from routing_rules.outlines import OutlineIndex
from routing_rules.place_names import Bearer, NameIndex
from routing_rules.place_reading import Reading, read_places
from routing_rules.place_typos import TypoIndex
from routing_rules.place_words import area_name, said, told_apart, with_number, with_telling_name, written

#: Positions of the first character and after the last one, in the normalised text.
Span = tuple[int, int]


class LocationKind(StrEnum):
    """How well a text says where."""

    #: It names nothing of the registry below the district.
    NONE = "none"
    EXACT = "exact"
    #: It fits several places; a person has to say which.
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One of the places that an ambiguous text may mean."""

    #: As ``Location.place_key``.
    place_key: str
    #: Code of the smallest area that holds it.
    area: str
    #: As offered to people: "解放街道新河路".
    display: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a text says something is, and why we think so."""

    kind: LocationKind
    #: What two texts must share to be about one place: code of the place with what stands behind it
    #: ("yangang-w#83"), or the code of the area where only that is known. None unless exact.
    place_key: str | None = None
    #: As shown to people, in the words of the text: "盐港西路83号". Empty unless exact.
    display: str = ""
    #: Code of the smallest area that is certain. None unless exact.
    area: str | None = None
    #: The words of the text that decided.
    words: tuple[str, ...] = ()
    #: Why, for people who ask: "road '盐港西路' → 竹山社区 (alias)".
    reasons: tuple[str, ...] = ()
    #: Where the words about the place stand in the normalised text.
    spans: tuple[Span, ...] = ()
    #: For ambiguous: what the text may mean, in the order of the registry.
    candidates: tuple[Candidate, ...] = ()
    #: For ambiguous: the name that fits several places, as in the text: "新河路".
    name: str = ""
    #: Taken from the sender's home area, not from the text.
    assumed: bool = False


class Gazetteer:
    """The names and outlines of one registry, compiled."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._names = NameIndex(registry)
        self._outlines = OutlineIndex(registry.places)
        self._typos = TypoIndex(registry)
        self._places = {place.code: place for place in registry.places}

    def locate(self, text: str, home: str | None = None) -> Location:
        """Where a text says something is: a complaint, or the answer to the question where.

        The name of the district alone is no place; that of a street, community or grid is one, known as a
        whole only. With the sender's ``home`` area, names of his own community that the text misses by one
        character are offered; they are ambiguous, be there only one. Raises nothing.
        """
        text = normalise(text)
        found = self._by_names(text)
        return self._nearly(text, home) or found if home and found.kind is LocationKind.NONE else found

    def _nearly(self, text: str, home: str) -> Location | None:
        near = self._typos.near(text, home)
        if not near:
            return None
        language = language_of(text) or "zh"
        words = tuple(dict.fromkeys(text[each.start : each.end] for each in near))
        return Location(
            kind=LocationKind.AMBIGUOUS,
            name=("、" if language == "zh" else ", ").join(words),
            words=words,
            reasons=tuple(f"'{text[each.start : each.end]}' is one character from '{each.name}'" for each in near),
            spans=tuple((each.start, each.end) for each in near),
            candidates=tuple(
                Candidate(
                    place_key=each.bearer.code if each.detail is None else f"{each.bearer.code}#{each.detail.key}",
                    area=each.bearer.area,
                    display=said(each.name, text, each.start, each.end, each.detail),
                )
                for each in near
            ),
        )

    def _by_names(self, text: str) -> Location:
        mentions = self._names.find(text)
        if not mentions:
            return Location(kind=LocationKind.NONE)
        language = language_of(text) or "zh"
        meaning = read_places(text, mentions, self._registry, self._names.corners)
        spans = tuple((each.start, each.end) for each in meaning.readings)
        meant = [(each, bearer) for each in meaning.decisive for bearer in each.bearers]
        if not meant:
            return Location(kind=LocationKind.NONE, spans=spans)
        # Two bearers in one area (the two sides of a road) leave no question for whoever has to go there.
        if len(meant) == 1 or len({(bearer.area, bearer.place is None) for _, bearer in meant}) == 1:
            found = self._exact(text, *meant[0], language)
        else:
            found = self._ambiguous(text, meant, language)
        return replace(found, spans=spans)

    def _exact(self, text: str, reading: Reading, bearer: Bearer, language: str) -> Location:
        display = written(text, reading, bearer, self._registry, language)
        words, reasons = self._why(text, reading, bearer, language)
        return Location(
            kind=LocationKind.EXACT,
            place_key=place_key(reading, bearer),
            display=with_telling_name(reading, display, language),
            area=bearer.area,
            words=words,
            reasons=reasons,
        )

    def _ambiguous(self, text: str, meant: list[tuple[Reading, Bearer]], language: str) -> Location:
        displays = told_apart(text, meant, self._registry, language)
        names = tuple(dict.fromkeys(reading.mention.word for reading, _ in meant))
        return Location(
            kind=LocationKind.AMBIGUOUS,
            name=("、" if language == "zh" else ", ").join(names),
            words=names,
            reasons=(f"{', '.join(repr(name) for name in names)} may be {len(meant)} places",),
            candidates=tuple(
                Candidate(place_key=place_key(reading, bearer), area=bearer.area, display=display)
                for (reading, bearer), display in zip(meant, displays, strict=True)
            ),
        )

    def _why(
        self, text: str, reading: Reading, bearer: Bearer, language: str
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The words that decided, and a reason for each."""
        words = [reading.mention.word]
        by = "" if bearer.by == "name" else f" ({bearer.by})"
        where = area_name(self._registry, bearer.area, language)
        reasons = [f"{bearer.kind} '{reading.mention.word}' → {where}{by}"]
        if reading.detail is not None:
            words.append(text[reading.detail.start : reading.detail.end].strip(" ,"))
            reasons.append(f"address '{text[reading.start : reading.end]}'")
        if reading.told_by is not None:
            words.append(reading.told_by.word)
            reasons.append(f"'{reading.told_by.word}' tells which of {len(reading.mention.bearers)}")
        elif len(reading.mention.bearers) > 1 and reading.detail is not None:
            reasons.append(f"the number tells which of {len(reading.mention.bearers)}")
        return tuple(words), tuple(reasons)

    def shown(self, place_key: str, language: str) -> str | None:
        """An area, a place or a plain house number of a place by its name in a language; None for anything else.

        For readers who do not know the script that the text was written in.
        """
        code, _, number = place_key.partition("#")
        named = self._places.get(code) or self._registry.areas.get(code)
        name = named.names.get(language) if named else None
        if name is None or (number and not number.isdecimal()):
            return None
        return with_number(name, number, language)

    def by_point(self, point: Point) -> str | None:
        """Code of the area with the smallest outline around a point; None outside all outlines."""
        return self._outlines.area_at(point)

    def at_home(self, area: str, language: str | None = None) -> Location:
        """The sender's home area as the place, said to be assumed; it never joins another case.

        Named in the language given, where the registry has it, else in the registry's first.
        """
        known = self._registry.areas.get(area)
        display = area_name(self._registry, area, language or (next(iter(known.names)) if known else ""))
        return Location(
            kind=LocationKind.EXACT,
            place_key=area,
            display=display,
            area=area,
            words=("home area",),
            reasons=(f"no place in the text: the sender's home area → {display}",),
            assumed=True,
        )


def place_key(reading: Reading, bearer: Bearer) -> str:
    """Code of the area or place, with what stands below it: "yangang-w#83"."""
    return bearer.code if reading.detail is None else f"{bearer.code}#{reading.detail.key}"


def choose(location: Location, answer: int) -> Location:
    """The candidate with the number that a person replied, 1 being the first.

    Raises ValueError for any other number.
    """
    if not 1 <= answer <= len(location.candidates):
        raise ValueError(f"there is no candidate {answer}, only 1 to {len(location.candidates)}")
    chosen = location.candidates[answer - 1]
    return Location(
        kind=LocationKind.EXACT,
        place_key=chosen.place_key,
        display=chosen.display,
        area=chosen.area,
        words=location.words,
        reasons=(*location.reasons, f"answer {answer} → {chosen.display}"),
        spans=location.spans,
    )
