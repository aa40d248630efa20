"""Finds a given set of words in texts, in one pass whatever their number. It does not know what they mean."""

from __future__ import annotations

from collections.abc import Iterable

from ahocorasick_rs import AhoCorasick, MatchKind

from routing_rules.normalise import fold, normalise

#: Positions of the first character and after the last one, in the normalised text.
Span = tuple[int, int]


def is_latin(character: str) -> bool:
    """Whether the character is a letter or digit of a script that puts blanks between words."""
    return character < "\u2e80" and character.isalnum()


class WordIndex:
    """A set of words, compiled. Case does not matter.

    Latin words count only as whole words, with or without a plural s; Chinese ones anywhere.
    """

    def __init__(self, words: Iterable[str]) -> None:
        #: The words as they are compared, each once, in the order given.
        self.words = tuple(filter(None, dict.fromkeys(written(word) for word in words)))
        self._edges = tuple((is_latin(word[0]), is_latin(word[-1])) for word in self.words)
        # Overlapping search, because a leftmost-longest one would let a match that turns out to be part of
        # a longer Latin word hide a good one; it costs the same 1 to 3 microseconds a text.
        self._automaton = AhoCorasick(list(self.words), matchkind=MatchKind.Standard)

    def find(self, folded: str) -> list[tuple[int, int, str]]:
        """Start, end and word of each occurrence in a folded text, from left to right; they may overlap."""
        found = [
            (start, end, self.words[index])
            for index, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True)
            if self._stands_alone(index, folded, start, end)
        ]
        found.sort(key=lambda match: (match[0], -match[1]))
        return found

    def _stands_alone(self, index: int, folded: str, start: int, end: int) -> bool:
        latin_start, latin_end = self._edges[index]
        if latin_start and start > 0 and is_latin(folded[start - 1]):
            return False
        return not latin_end or _ends_word(folded, end)


def written(word: str) -> str:
    """A word in the form in which words are compared."""
    return fold(normalise(word))


def _ends_word(folded: str, end: int) -> bool:
    for plural in ("", "s", "es"):
        behind = end + len(plural)
        if folded.startswith(plural, end) and (behind >= len(folded) or not is_latin(folded[behind])):
            return True
    return False


def without_parts(found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Without the words that stand inside a longer one: "黑烟" in "冒黑烟" says nothing of its own."""
    kept: list[tuple[int, int, str]] = []
    reach = -1
    for match in found:
        # Sorted by start, the longer first: what ends no later than a word before it lies inside that word.
        if match[1] > reach:
            kept.append(match)
            reach = match[1]
    return kept
