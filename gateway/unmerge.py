"""What a turn does when an operator takes a merge back; which reporters go where is the business of the rules."""

from __future__ import annotations

from sqlalchemy import Connection

from gateway.items import Unmerge
from gateway.turn import Turn
from routing_rules import unmerging
from storage import assignments


def unmerge(connection: Connection, turn: Turn, item: Unmerge) -> bool:
    """File a merged case anew; the turn has gathered it with the case that it was merged into."""
    # The turn has looked for codes given twice already: here none that anybody holds is given out at all.
    staff = {posting.contact for posting in turn.city.registry.postings}
    turn.known.taken_codes |= assignments.taken_digests(connection, staff)
    draft = turn.draft(f"unmerge/{item.case_number}/{turn.now.isoformat()}")
    draft.actor = f"operator:{item.operator}"
    done = unmerging.unmerge(draft, item.case_number)
    if done:
        turn.decisions.append(draft.decision())
    return done
