"""Finds the keywords of a rulebook that never decide anything, so that a long list stays one that people can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from routing_rules.classification import strength_of
from routing_rules.rulebook import Category, RuleBook
from routing_rules.word_index import WordIndex, written

#: Words of one category that are told in one sentence.
_MOST_TOLD = 8


def idle_keywords(book: RuleBook) -> tuple[str, ...]:
    """One sentence for each category and reason: its words that another word makes needless or outweighs."""
    strongest = _strongest(book)
    found = []
    for category in book.categories.values():
        strengths = _strengths(category)
        for reason, words in (
            ("another form of one stands there too", list(_twice(category))),
            ("a shorter one inside it weighs as much", list(_needless(category, strengths))),
            ("another category has it with more weight", list(_outweighed(category, strengths, strongest))),
        ):
            if words:
                told = ", ".join(words[:_MOST_TOLD]) + (", …" if len(words) > _MOST_TOLD else "")
                found.append(f"category {category.code}: {len(words)} keywords never decide, {reason}: {told}")
    return tuple(found)


def _strengths(category: Category) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for keyword in category.keywords:
        word = written(keyword.text)
        found[word] = max(found.get(word, 0.0), keyword.weight * strength_of(word))
    return found


def _strongest(book: RuleBook) -> Mapping[str, tuple[float, str]]:
    """Word to the strongest weight that it has anywhere, and whose."""
    found: dict[str, tuple[float, str]] = {}
    for category in book.categories.values():
        for word, strength in _strengths(category).items():
            if word not in found or strength > found[word][0]:
                found[word] = strength, category.code
    return found


def _twice(category: Category) -> Iterator[str]:
    """The same in other letters, or a plural, which is understood anyway."""
    weights: dict[str, float] = {}
    for keyword in category.keywords:
        word = written(keyword.text)
        if word in weights:
            yield keyword.text
        weights[word] = max(weights.get(word, 0.0), keyword.weight)
    for word, weight in weights.items():
        for ending in ("s", "es"):
            if word.isascii() and word.endswith(ending) and weights.get(word.removesuffix(ending), 0.0) >= weight:
                yield word
                break


def _needless(category: Category, strengths: Mapping[str, float]) -> Iterator[str]:
    """A longer word hides the shorter ones inside it. One that is written with less than the common weight is meant
    to; any other that weighs no more than what it hides is in the way.
    """
    index = WordIndex(strengths)
    twice = {written(word) for word in _twice(category)}
    for keyword in category.keywords:
        word = written(keyword.text)
        inside = {found for _, _, found in index.find(word)} - {word}
        if keyword.weight >= 1 and word not in twice and any(strengths[part] >= strengths[word] for part in inside):
            yield keyword.text


def _outweighed(
    category: Category, strengths: Mapping[str, float], strongest: Mapping[str, tuple[float, str]]
) -> Iterator[str]:
    for word, strength in strengths.items():
        most, owner = strongest[word]
        if owner != category.code and most > strength:
            yield f"{word} ({owner})"
