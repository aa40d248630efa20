"""The tables, one file a room; they declare the schema and are never used as objects on the hot path.

Every other file of storage takes the plain tables from here (``models.case``, ``models.outbox`` …).
"""

from storage.models.base import METADATA, UtcDateTime
from storage.models.cases import assignment, case, case_mark, case_text, deadline, question, reply_code, reporter
from storage.models.chats import button, photo
from storage.models.contacts import contact, contact_address
from storage.models.engine import lease, sandbox_clock
from storage.models.gridmen import binding, diary, diary_text, duty, last_position, position
from storage.models.ledger import engine_chain, ledger, seal, seal_head
from storage.models.messages import message, message_body
from storage.models.outbox import delivery_report, outbox, outbox_body
from storage.models.registry import area, office, place, posting, registry_version

__all__ = [
    "METADATA",
    "UtcDateTime",
    "area",
    "assignment",
    "binding",
    "button",
    "case",
    "case_mark",
    "case_text",
    "contact",
    "contact_address",
    "deadline",
    "delivery_report",
    "diary",
    "diary_text",
    "duty",
    "engine_chain",
    "last_position",
    "lease",
    "ledger",
    "message",
    "message_body",
    "office",
    "outbox",
    "outbox_body",
    "photo",
    "place",
    "position",
    "posting",
    "question",
    "registry_version",
    "reply_code",
    "reporter",
    "sandbox_clock",
    "seal",
    "seal_head",
]
