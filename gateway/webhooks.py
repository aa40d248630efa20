"""Where providers knock: one route a channel. A request becomes events, and is answered once they are durable.

The handler checks and translates; nothing is decided here.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from gateway.engine import EngineStopped
from gateway.logs import logger
from gateway.runtime import Runtime
from handlers.contract import WEBHOOK_PREFIX, WebhookReceiver, WebhookRequest
from handlers.errors import HandlerError
from storage.errors import DatabaseError

log = logger(__name__)

#: Seconds a provider waits for the engine before its text goes to the spool. Twilio gives up after 15.
PATIENCE = 5.0

#: Seconds after which a provider may knock again when neither database nor disk took its text.
_RETRY_AFTER = "10"


def blueprint(runtime: Runtime) -> Blueprint:
    """The webhook routes of the enabled channels."""
    webhooks = Blueprint("webhooks", __name__)

    @webhooks.post(f"{WEBHOOK_PREFIX}<name>")
    def receive(name: str) -> Response:
        channel: object = runtime.roads.channels.get(name)
        if not isinstance(channel, WebhookReceiver):
            return Response("there is no such channel here\n", 404, mimetype="text/plain")
        try:
            events = channel.receive(_as_handed_over(), runtime.clock.utcnow())
        except HandlerError as error:
            log.warning("A request was refused.", action="webhook_refused", channel=name, reason=str(error))
            return Response(f"{error}\n", error.status, mimetype="text/plain")
        try:
            for event in events:
                runtime.accept(event, timeout=PATIENCE)
        except (OSError, DatabaseError, TimeoutError, EngineStopped) as error:
            log.error(
                "Neither the database nor the spool took an event; the provider must send it again.",
                action="webhook_unavailable",
                channel=name,
                reason=type(error).__name__,
            )
            return Response("try again\n", 503, {"Retry-After": _RETRY_AFTER}, mimetype="text/plain")
        answer = channel.answer()
        return Response(answer.body, answer.status, content_type=answer.content_type)

    return webhooks


def _as_handed_over() -> WebhookRequest:
    """The request in the handlers' own form. Flask has capped its size before."""
    return WebhookRequest(
        method=request.method,
        path=request.path,
        query_string=request.query_string,
        headers=tuple(request.headers.items()),
        body=request.get_data(),
    )
