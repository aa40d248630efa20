"""Asks a trained model where the words of the rulebook leave open what a text is about.

Clear words decide alone. Where they are silent, tie or lead by little, the model's margins and the words' scores are
added up and become chances; where even the best chance is small, a person decides. A matter that the words call urgent
is never taken away from them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from routing_rules.classification import Classification, Classifier
from routing_rules.learned import Floats, Learned, LearnedError
from routing_rules.normalise import normalise
from routing_rules.rulebook import RuleBook
from routing_rules.word_index import Span

# Measured in grouped folds on 2,592 labelled complaints (see tests/measures/fallback.py): asking the model about the
# clear texts too gains a quarter of a point at most, and the figures are flat for weights of the words from 0.5 to 1.

#: From this share of the two best labels' scores on, words are clear: three times as strong as the next.
CLEAR = 0.75
#: What the words of a text, and once more those of its head, can add to a margin, which itself is about 1 apart.
WORDS = 0.75
#: A score from which the words count half of that.
_HALF = 2.0
#: What fits one SMS; the subject of a longer text stands there.
HEAD = 70
#: Chances below this are no decision.
SURE = 0.5


@dataclass(frozen=True, slots=True)
class Guess:
    """A label and its chance."""

    #: Code of a category, or name of a field.
    label: str
    #: Between 0 and 1; all labels and "none of them" together are 1.
    chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What words and model together say about a text."""

    #: The category that was decided for; None where a person must look.
    category: str | None
    #: The best labels, the likeliest first.
    guesses: tuple[Guess, ...]

    @property
    def confidence(self) -> float:
        return self.guesses[0].chance


class Voting:
    """A model fitted to a rulebook."""

    def __init__(self, model: Learned, book: RuleBook, classifier: Classifier) -> None:
        """Raises LearnedError when the model votes for what the book does not have."""
        self.model = model
        self.book = book
        self.classifier = classifier
        #: Label to the categories that it stands for: itself, or those of a field.
        self._stands_for = {label: _categories(book, label) for label in model.labels}
        unknown = [label for label, codes in self._stands_for.items() if not codes]
        if unknown:
            raise LearnedError(
                f"the trained model votes for {', '.join(unknown[:5])}, which the rulebook {book.code} has neither "
                "as a category nor as a field; train it again with gridgate learn"
            )

    def vote(self, text: str, matter: Classification, without: Sequence[Span] = ()) -> Vote | None:
        """The vote on a text whose words say ``matter``; None where the words are clear.

        ``without`` are the spans of place names in the normalised text: they say where, not what.
        """
        if self.is_clear(matter):
            return None
        text = _blanked(normalise(text), without)
        counted = self.model.count(text)
        margins = self.model.margins(counted) + self._words(text, matter)
        chances = chances_of(margins[np.newaxis], self.model.sharpness)[0]
        order = np.argsort(-chances, kind="stable")
        guesses = tuple(Guess(self.model.labels[at], float(chances[at])) for at in order[:3])
        known = bool(len(counted.at)) or matter.category is not None
        category = self._category(guesses[0].label, matter) if known and guesses[0].chance >= SURE else None
        return Vote(category=category, guesses=guesses)

    def spoke(self, text: str, vote: Vote, without: Sequence[Span] = ()) -> tuple[str, ...]:
        """The pieces of a text that spoke most for the first guess and against the second."""
        text = _blanked(normalise(text), without)
        return self.model.spoke(text, vote.guesses[0].label, vote.guesses[1].label)

    def words_of(self, text: str) -> Floats:
        """What the words of a text add to the margins of the model's labels."""
        text = normalise(text)
        return self._words(text, self.classifier.classify(text))

    def asks(self, text: str) -> bool:
        """Whether the model is asked about a text that names no place."""
        return not self.is_clear(self.classifier.classify(text))

    def is_clear(self, matter: Classification) -> bool:
        """Whether the words decide alone: they are no tie, and far ahead of what speaks for any other label."""
        if matter.category is None:
            return False
        if self.book.categories[matter.category].urgent:
            return True
        best = self._by_label(matter)
        own = max((best[label] for label in best if matter.category in self._stands_for[label]), default=None)
        if own is None:
            return not matter.tie
        rest = max((best[label] for label in best if matter.category not in self._stands_for[label]), default=0.0)
        return not matter.tie and own >= CLEAR * (own + rest)

    def _by_label(self, matter: Classification) -> Mapping[str, float]:
        """The best score of a category, by label."""
        return {
            label: max((matter.scores.get(code, 0.0) for code in codes), default=0.0)
            for label, codes in self._stands_for.items()
        }

    def _words(self, text: str, matter: Classification) -> Floats:
        """What the words add to the margins: those of the whole text and those of its head."""
        head = self.classifier.classify(text[:HEAD]) if len(text) > HEAD else matter
        return WORDS * (self._shares(matter) + self._shares(head))

    def _shares(self, matter: Classification) -> Floats:
        scores = np.array([*self._by_label(matter).values()], dtype=np.float32)
        return np.asarray(scores / (scores.sum() + _HALF), dtype=np.float32)

    def _category(self, label: str, matter: Classification) -> str | None:
        """The category that a label means for this text: of a field the one that its words speak for most.

        None where they speak for none of several: then the field is known, and what it is about is not.
        """
        codes = self._stands_for[label]
        touched = [code for code in codes if matter.scores.get(code, 0.0) > 0]
        if touched:
            return max(touched, key=lambda code: matter.scores[code])
        return codes[0] if len(codes) == 1 else None


def chances_of(margins: Floats, sharpness: float) -> Floats:
    """The chance of each label, row by row. What is missing to 1 is that of none of them.

    None of them counts as a label with the margin 0, so that a text that no label wants is no label's, however few
    there are to choose from.
    """
    highest = np.maximum(margins.max(axis=1, keepdims=True), 0)
    raised = np.exp((margins - highest) * sharpness)
    nothing = np.exp(-highest * sharpness)
    return np.asarray(raised / (raised.sum(axis=1, keepdims=True) + nothing), dtype=np.float32)


def _categories(book: RuleBook, label: str) -> tuple[str, ...]:
    if label in book.categories:
        return (label,)
    return tuple(code for code in book.categories if book.field_of(code) == label)


def _blanked(text: str, spans: Sequence[Span]) -> str:
    for begin, end in spans:
        text = text[:begin] + " " * (end - begin) + text[end:]
    return text


__all__ = ["CLEAR", "SURE", "Guess", "Vote", "Voting", "chances_of"]
