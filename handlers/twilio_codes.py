"""Twilio's statuses and error codes as tables: what each means for us and, in a sentence, for people.

https://www.twilio.com/docs/messaging/api/message-resource#message-status-values and
https://www.twilio.com/docs/api/errors. A code that is not here is permanent when a send is refused with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from handlers.errors import SendError
from routing_rules.messages import DeliveryStatus

#: None: the status says nothing about a text of ours (it belongs to incoming ones).
MESSAGE_STATUS: dict[str, DeliveryStatus | None] = {
    "accepted": DeliveryStatus.QUEUED,
    "scheduled": DeliveryStatus.QUEUED,
    "queued": DeliveryStatus.QUEUED,
    "sending": DeliveryStatus.QUEUED,
    "sent": DeliveryStatus.SENT,
    "partially_delivered": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.DELIVERED,
    "undelivered": DeliveryStatus.FAILED,
    "failed": DeliveryStatus.FAILED,
    "canceled": DeliveryStatus.FAILED,
    "receiving": None,
    "received": None,
}


@dataclass(frozen=True, slots=True)
class ProviderCode:
    """What an error code means."""

    #: A sentence for the operator and the ledger.
    reason: str
    #: The same text may go through later.
    retryable: bool = False
    #: The person told the carrier or Twilio to stop our texts.
    opted_out: bool = False
    #: The address does not exist or takes no texts, and never will.
    unreachable: bool = False


_LATER = True

CODES: dict[str, ProviderCode] = {
    "14107": ProviderCode("Twilio limits how many texts we may send; it has to wait", _LATER),
    # The credentials are ours to mend; a text should not die of a typing error in the configuration.
    "20003": ProviderCode("Twilio does not accept our account id and auth token", _LATER),
    "20404": ProviderCode("Twilio does not know the account or the address of the request"),
    "20429": ProviderCode("Twilio had too many requests from us; it has to wait", _LATER),
    "20500": ProviderCode("Twilio had an internal error", _LATER),
    "20503": ProviderCode("Twilio is not available at the moment", _LATER),
    "21211": ProviderCode("the recipient's number is not a valid phone number", unreachable=True),
    "21212": ProviderCode("the number we send from is not valid"),
    "21217": ProviderCode("the recipient's number does not look like a phone number", unreachable=True),
    "21265": ProviderCode("the recipient is a short code, which cannot be texted"),
    "21266": ProviderCode("sender and recipient are the same number"),
    "21408": ProviderCode("our account may not text the recipient's country"),
    "21602": ProviderCode("the text is empty"),
    "21603": ProviderCode("the request named no number to send from"),
    "21604": ProviderCode("the request named no recipient"),
    "21606": ProviderCode("the number we send from cannot send texts or is not ours"),
    "21608": ProviderCode("a trial account texts only numbers that it has verified"),
    "21609": ProviderCode("Twilio does not accept the address for delivery reports; check public_url"),
    "21610": ProviderCode("the person has opted out of our texts with the carrier", opted_out=True),
    "21611": ProviderCode("Twilio's queue for our number is full; it has to wait", _LATER),
    "21612": ProviderCode("the recipient cannot be reached from our number"),
    "21614": ProviderCode("the recipient's number is not a mobile number", unreachable=True),
    "21617": ProviderCode("the text is longer than 1,600 characters"),
    "21635": ProviderCode("the recipient's number is a land line"),
    "21659": ProviderCode("the number we send from is not a number of our account"),
    "30001": ProviderCode("Twilio's queue for our number was full", _LATER),
    "30002": ProviderCode("our Twilio account is suspended"),
    "30003": ProviderCode("the phone was switched off or out of reach", _LATER),
    "30004": ProviderCode("the recipient or the carrier blocks texts from us"),
    "30005": ProviderCode("the number does not exist any more or is unknown to the carrier", unreachable=True),
    "30006": ProviderCode("the number is a land line or its carrier takes no texts", unreachable=True),
    "30007": ProviderCode("the carrier took the text for unwanted and filtered it"),
    "30008": ProviderCode("the carrier did not deliver the text and gave no reason", _LATER),
    "30009": ProviderCode("a part of the text was lost on its way", _LATER),
    "30017": ProviderCode("the carrier's network is overloaded", _LATER),
    "30018": ProviderCode("the recipient's country asks for a registered sender"),
    "30022": ProviderCode("the carrier limits how many texts our number may send; it has to wait", _LATER),
    "30023": ProviderCode("the carrier's daily limit for our number is used up", _LATER),
    "30032": ProviderCode("our toll-free number is not verified"),
    "30034": ProviderCode("our number is not registered with the carriers (A2P 10DLC)"),
    "30410": ProviderCode("the carrier did not answer Twilio in time", _LATER),
    "30500": ProviderCode("Twilio had an internal error while delivering", _LATER),
    "30610": ProviderCode("it is quiet hours at the recipient's; it has to wait", _LATER),
    "63003": ProviderCode("the recipient has no account with this chat service"),
    "63007": ProviderCode("the number we send from is not connected to the chat service"),
    "63013": ProviderCode("the chat service refused the text as against its policy"),
    "63016": ProviderCode("WhatsApp takes free texts only within 24 hours of the person's last one"),
    "63018": ProviderCode("WhatsApp limits how many texts we may send; it has to wait", _LATER),
    "63024": ProviderCode("the recipient is not reachable on WhatsApp"),
    "63032": ProviderCode("WhatsApp does not let us text this person at present"),
    "63038": ProviderCode("our account's daily limit of texts is used up", _LATER),
    "63049": ProviderCode("WhatsApp chose not to deliver the text to this person"),
}


def explain(code: str | None) -> ProviderCode:
    """What an error code means; an unknown one is permanent and says its number."""
    if code is None:
        return ProviderCode("Twilio gave no reason")
    return CODES.get(code) or ProviderCode(f"Twilio refused the text with code {code}")


def refusal(status: int, code: str | None, retry_after: float | None) -> SendError:
    """The error for an HTTP answer of 300 and above to a send.

    Twilio turns a request away before it takes the text when it says 4xx, 429 or 503, so nothing was sent.
    500, 502 and 504 come from something that broke half-way: Twilio, or a balancer that lost sight of it, may
    have taken the text. So may whatever answers with a redirect, which the API never does.
    """
    if status == 429 or status == 503:
        default = "20429" if status == 429 else "20503"
        meaning = explain(code if code in CODES else default)
        return SendError(
            meaning.reason, retryable=True, outcome_known=True, code=code or default, retry_after=retry_after
        )
    if 400 <= status < 500 and status != 408:
        meaning = explain(code)
        # Without a code it was not Twilio's API that spoke, but something on the way that may pass.
        retryable = meaning.retryable or code is None
        reason = meaning.reason if code else f"something refused the request with HTTP {status} and no reason"
        return SendError(
            reason,
            retryable=retryable,
            outcome_known=True,
            code=code,
            opted_out=meaning.opted_out,
            unreachable=meaning.unreachable,
            retry_after=retry_after,
        )
    return SendError(
        f"the answer was HTTP {status}: the text may have been taken",
        retryable=True,
        outcome_known=False,
        code=code,
        retry_after=retry_after,
    )
