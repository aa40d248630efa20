"""What a turn does with invites and bindings at an operator's word; using a code is the business of the rules."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from gateway.items import Invited, InviteGridman, Unbind
from gateway.turn import Turn
from routing_rules.decisions import Decision, EntryKind, LedgerEntry
from routing_rules.grid_work import Binding
from storage import bindings, contacts

#: "invite codes (single use, 24 h)"
INVITE_LASTS = timedelta(hours=24)


def invite(connection: Connection, turn: Turn, item: InviteGridman) -> Invited:
    """Write an invite for a person, who is found by the phone number or made new."""
    if item.phone is not None:
        person = contacts.find_or_create(connection, turn.keyring, [item.phone], turn.now)[item.phone].id
    else:
        person = contacts.create(connection, turn.keyring, item.name, turn.now)
    contacts.rename(connection, turn.keyring, person, item.name)
    binding = secrets.token_hex(8)
    code = turn.codes.invite(binding)
    made = Binding(
        id=binding,
        digest=turn.codes.invite_digest(code),
        contact=person,
        offices=item.offices,
        cover=item.cover,
        language=item.language,
        name=item.name,
        invited_by=f"operator:{item.operator}",
        invited_at=turn.now,
        expires_at=turn.now + INVITE_LASTS,
    )
    _write(turn, made, EntryKind.GRIDMAN_INVITED, item.operator)
    return Invited(binding=binding, code=code, expires_at=made.expires_at)


def unbind(connection: Connection, turn: Turn, item: Unbind) -> bool:
    """End a binding: the person's buttons, codes and commands for these offices are dead at once."""
    found = next((each for each in bindings.everything(connection, turn.keyring) if each.id == item.binding), None)
    if found is None or found.unbound_at is not None:
        return False
    _write(turn, replace(found, unbound_at=turn.now), EntryKind.GRIDMAN_UNBOUND, item.operator)
    return True


def _write(turn: Turn, binding: Binding, kind: EntryKind, operator: str) -> None:
    entry = LedgerEntry(
        case_number=None,
        kind=kind,
        at=turn.now,
        actor=f"operator:{operator}",
        data={"binding": binding.id, "contact": binding.contact, "offices": list(binding.offices)},
    )
    turn.decisions.append(Decision(bindings=(binding,), ledger=(entry,)))
