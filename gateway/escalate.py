"""What a turn does with deadlines whose time has come: look at each once more and let the rules decide.

One that fails is set aside alone; it stays due and is looked at again by the next heartbeat.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.logs import logger
from gateway.turn import Turn
from routing_rules import escalation
from routing_rules.deadlines import Deadline

log = logger(__name__)


def decide_all(turn: Turn, due: Sequence[Deadline]) -> int:
    """Decide every deadline, the longest due first. Returns how many failed."""
    failed = 0
    for deadline in due:
        number, kind, count = deadline.key
        draft = turn.draft(f"deadline/{number}/{kind}/{count}/{deadline.wake_at}")
        try:
            turn.decisions.append(escalation.look_at(draft, deadline))
        except Exception:
            draft.undo()
            failed += 1
            log.exception(
                "A deadline could not be decided; it stays due.", action="escalate_failed", case=number, kind=kind
            )
    return failed
