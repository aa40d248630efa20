"""SMS and WhatsApp through Twilio: texts and delivery reports in by webhook, texts out by the API.

It decides nothing about a text and remembers nothing between calls. Limits: 1,600 characters a text; WhatsApp
free text only within 24 hours of the person's last one; https://www.twilio.com/docs/messaging/api/message-resource
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from urllib.parse import quote

from handlers.contract import WEBHOOK_PREFIX, OutgoingText, SendReceipt, WebhookAnswer, WebhookRequest
from handlers.errors import SendError
from handlers.twilio_client import TwilioApi
from handlers.twilio_codes import MESSAGE_STATUS, explain
from handlers.twilio_form import read_request
from handlers.twilio_settings import TWILIO_API, WHATSAPP_PREFIX, TwilioSettings
from routing_rules.messages import Address, DeliveryStatus, Event

#: How far Twilio's clock may be behind ours without a text of ours being overlooked.
LOOKUP_MARGIN = timedelta(seconds=60)
#: What a trial account's texts begin with.
TRIAL_PREFIX = "Sent from your Twilio trial account - "

#: No reply by this road: texts leave by the outbox. The same for a first delivery and a repeat.
_EMPTY_TWIML = WebhookAnswer(
    status=200, body=b'<?xml version="1.0" encoding="UTF-8"?><Response/>', content_type="text/xml"
)


class TwilioSms:
    """A Channel, WebhookReceiver and SendLookup."""

    def __init__(self, name: str, settings: TwilioSettings) -> None:
        self._name = name
        self._settings = settings
        self._senders: dict[str, Address] = {}
        for address in settings.own_addresses:
            self._senders.setdefault(address.scheme, address)
        self._api = TwilioApi(
            account_sid=settings.account_sid,
            auth_token=settings.auth_tokens[0],
            api_base=settings.api_base or TWILIO_API,
            timeout_seconds=settings.timeout_seconds,
        )

    @property
    def name(self) -> str:
        return self._name

    def reaches(self, address: Address) -> bool:
        """Phones when we have a phone number, WhatsApp when we have a WhatsApp number."""
        return address.scheme in self._senders

    def receive(self, request: WebhookRequest, received_at: datetime) -> tuple[Event, ...]:
        """The text or the delivery report in a request; see `contract.WebhookReceiver`."""
        return read_request(self._settings, self._name, request, received_at)

    def answer(self) -> WebhookAnswer:
        """An empty TwiML document."""
        return _EMPTY_TWIML

    def send(self, text: OutgoingText) -> SendReceipt:
        """Hand a text to Twilio; see `contract.Channel`. Reports come to the webhook with our reference."""
        sender = self._senders.get(text.recipient.scheme)
        if sender is None:
            raise SendError(
                f"no number of ours reaches {text.recipient.scheme} addresses",
                retryable=False,
                outcome_known=True,
            )
        sent = self._api.create(
            to=_on_the_wire(text.recipient),
            from_=_on_the_wire(sender),
            body=text.body,
            status_callback=self._status_callback(text.reference),
        )
        status = MESSAGE_STATUS.get(sent.status) or DeliveryStatus.QUEUED
        if status is DeliveryStatus.FAILED:
            meaning = explain(sent.error_code)
            raise SendError(
                meaning.reason,
                retryable=meaning.retryable,
                outcome_known=True,
                code=sent.error_code,
                opted_out=meaning.opted_out,
                unreachable=meaning.unreachable,
            )
        return SendReceipt(external_id=sent.sid, status=status)

    def find_sent(self, recipient: Address, since: datetime, body: str) -> tuple[str, ...]:
        """Ids of texts with this body to this recipient; see `contract.SendLookup`. Failed ones count too."""
        earliest = since - LOOKUP_MARGIN
        wanted = body.strip()
        return tuple(
            text.sid
            for text in self._api.texts_to(_on_the_wire(recipient), earliest)
            if text.direction != "inbound"
            and text.body.removeprefix(TRIAL_PREFIX).strip() == wanted
            and (text.created_at is None or text.created_at >= earliest)
        )

    def sent(self, recipient: Address, since: datetime, body: str, known: Collection[str] = ()) -> int:
        """How many such texts Twilio has beyond the known ids; see `contract.SendLookup`."""
        return len(set(self.find_sent(recipient, since, body)) - set(known))

    def close(self) -> None:
        """Give the connections back."""
        self._api.close()

    def _status_callback(self, reference: str) -> str:
        base = self._settings.public_url.rstrip("/")
        return f"{base}{WEBHOOK_PREFIX}{self._name}?reference={quote(reference, safe='')}"


def _on_the_wire(address: Address) -> str:
    return f"{WHATSAPP_PREFIX}{address.value}" if address.scheme == "whatsapp" else address.value
