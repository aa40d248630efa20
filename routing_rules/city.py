"""A city: its rulebook and its registry, compiled for reading texts.

Built once by the runtime whenever one of the two changes, and handed to every decision. It holds no case and no clock.
"""

from __future__ import annotations

from dataclasses import dataclass

from routing_rules.areas import Registry
from routing_rules.classification import Classifier
from routing_rules.location import Gazetteer
from routing_rules.rulebook import RuleBook


@dataclass(frozen=True, slots=True)
class City:
    """Rulebook and registry with what is compiled from them."""

    book: RuleBook
    registry: Registry
    classifier: Classifier
    gazetteer: Gazetteer

    @classmethod
    def build(cls, book: RuleBook, registry: Registry) -> City:
        """Compile the word automata; some milliseconds for 20,000 names."""
        return cls(book, registry, Classifier(book), Gazetteer(registry))
