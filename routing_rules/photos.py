"""Which case a photo belongs to and what it is for; fetching it is the business of a worker, later."""

from __future__ import annotations

from routing_rules import filing
from routing_rules.contacts import Contact
from routing_rules.decisions import Verdict
from routing_rules.draft import Draft
from routing_rules.grid_work import Photo, PhotoPurpose
from routing_rules.messages import InboundMessage
from routing_rules.residents import Outcome

_PURPOSES = {Verdict.EVIDENCE: PhotoPurpose.EVIDENCE, Verdict.DIARY_WRITTEN: PhotoPurpose.DIARY}


def of_album(draft: Draft, message: InboundMessage) -> Outcome | None:
    """What became of an album's first part, for a later photo of it that says nothing itself.

    An album arrives photo by photo, and only one of them carries the words.
    """
    if message.album is None or message.text.strip():
        return None
    verdict, number = draft.known.albums.get((message.channel, message.album), (None, None))
    return (verdict, number) if verdict in _PURPOSES else None


def keep(draft: Draft, message: InboundMessage, contact: Contact, verdict: Verdict, number: int | None) -> None:
    """Keep the photos of a message with the case it belongs to. What only a chat can fetch waits for the worker."""
    if message.album is not None:
        draft.known.albums.setdefault((message.channel, message.album), (verdict, number))
    purpose = _PURPOSES.get(verdict, PhotoPurpose.REPORT)
    if not message.attachments or (number is None and purpose is not PhotoPurpose.DIARY):
        return
    if number is not None:
        filing.keep_photos(draft, number, (each.url for each in message.attachments))
    for at, attachment in enumerate(message.attachments):
        if attachment.url.startswith(f"{message.channel}:"):
            draft.put(
                Photo(
                    id=f"{message.channel}/{message.external_id}/{at}",
                    url=attachment.url,
                    contact=contact.id,
                    case_number=number,
                    purpose=purpose,
                    received_at=draft.now,
                )
            )
