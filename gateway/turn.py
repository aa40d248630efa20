"""What is common to everything decided in one turn of the engine: the city, the clock's reading, the working set.

A turn is made anew for each transaction and holds nothing beyond it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from routing_rules.buttons import ButtonTokens
from routing_rules.city import City
from routing_rules.decisions import Decision
from routing_rules.draft import Draft, Policy
from routing_rules.reply_codes import ReplyCodes
from routing_rules.working_set import WorkingSet
from storage.people import Keyring


@dataclass(slots=True, kw_only=True)
class Turn:
    """One turn's surroundings and its decisions so far."""

    city: City
    keyring: Keyring
    codes: ReplyCodes
    policy: Policy
    now: datetime
    known: WorkingSet = field(default_factory=lambda: WorkingSet(iter(())))
    decisions: list[Decision] = field(default_factory=list)

    def draft(self, item: str) -> Draft:
        """A fresh draft for an item with a unique name."""
        return Draft(city=self.city, codes=self.codes, policy=self.policy, known=self.known, now=self.now, item=item)

    @property
    def tokens(self) -> ButtonTokens:
        """Derives the tokens of buttons."""
        return ButtonTokens(self.codes.key)

    def digests(self) -> set[str]:
        """Digests of the reply codes that this turn gives out."""
        return {code.digest for decision in self.decisions for code in decision.reply_codes}
