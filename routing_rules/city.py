"""A city: its rulebook and its registry, compiled for reading texts.

Built once by the runtime whenever one of the two changes, and handed to every decision. It holds no case and no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from routing_rules.areas import Registry
from routing_rules.classification import Classification, Classifier
from routing_rules.learned import Learned
from routing_rules.location import Gazetteer
from routing_rules.rule_table import RuleTable
from routing_rules.rulebook import RuleBook
from routing_rules.voting import Vote, Voting
from routing_rules.word_index import Span


@dataclass(frozen=True, slots=True)
class City:
    """Rulebook and registry with what is compiled from them."""

    book: RuleBook
    registry: Registry
    classifier: Classifier
    gazetteer: Gazetteer
    rules: RuleTable
    #: The trained model that is asked where words leave it open; None votes never.
    voting: Voting | None = None

    @classmethod
    def build(cls, book: RuleBook, registry: Registry, learned: Learned | None = None) -> City:
        """Compile the word automata; some milliseconds for 20,000 names.

        Raises LearnedError when the trained model does not fit the book.
        """
        classifier = Classifier(book)
        voting = Voting(learned, book, classifier) if learned is not None else None
        return cls(book, registry, classifier, Gazetteer(registry), RuleTable(book), voting)

    def vote(self, text: str, matter: Classification, without: Sequence[Span] = ()) -> Vote | None:
        """What the trained model makes of a text; None where its words are clear, or there is no model."""
        return self.voting.vote(text, matter, without) if self.voting is not None else None

    def vote_on(self, words: str) -> Vote | None:
        """The same for words that nobody has read yet."""
        if self.voting is None:
            return None
        without = self.gazetteer.locate(words).spans
        return self.voting.vote(words, self.classifier.classify(words, without), without)
