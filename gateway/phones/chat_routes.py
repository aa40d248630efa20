"""The routes of the page's chats: a gridman is added, a photo is seen again.

Registered with the page, in the sandbox only; everybody who reaches it may make gridmen.
"""

from __future__ import annotations

from collections.abc import Collection

from flask import Blueprint, Response, jsonify, request, url_for

from gateway.items import Invited, InviteGridman
from gateway.phones.chats import new_offices, read_recruit
from gateway.phones.moving import ClockMover
from gateway.phones.same_origin import refusal
from gateway.runtime import Runtime
from handlers.errors import HandlerError
from handlers.simulator import MAX_PHOTO_BYTES, Simulator
from routing_rules.messages import Attachment, InboundMessage
from storage import phone_book

#: Channel through which the phones text.
SIMULATOR = "simulator"

#: Who invites, on the ledger.
_OPERATOR = "phones page"
#: Seconds that a new gridman's first text may wait for the engine.
_PATIENCE = 5.0


def add_chat_routes(phones: Blueprint, runtime: Runtime, mover: ClockMover, own_hosts: Collection[str]) -> None:
    """Add the routes to the page's. ``own_hosts``: see ``same_origin.refusal``."""

    @phones.get("/phones/photo/<digest>")
    def photo(digest: str) -> Response:
        data = _photo(runtime, digest)
        if data is None:
            return Response("the photo is not held any more\n", 404, mimetype="text/plain")
        return Response(data, mimetype="image/jpeg" if data.startswith(b"\xff") else "image/png")

    @phones.post("/phones/gridman")
    def add_gridman() -> tuple[Response, int]:
        refused = refusal(request, own_hosts)
        if refused is not None:
            return jsonify(problem=refused), 403
        try:
            phone = _bind(runtime, request.get_data())
        except ValueError as error:
            return jsonify(problem=str(error)), 400
        mover.settle()
        return jsonify(phone=phone), 200


def seen_at(runtime: Runtime, photo: Attachment) -> str | None:
    """Where on this page a photo can be seen; None when it is not held any more, or lies elsewhere."""
    simulator = _simulator(runtime)
    held = simulator is not None and simulator.holds(photo.url)
    return url_for("phones.photo", digest=photo.url.partition(":")[2]) if held else None


def _simulator(runtime: Runtime) -> Simulator | None:
    channel = runtime.roads.channels.get(SIMULATOR)
    return channel if isinstance(channel, Simulator) else None


def _photo(runtime: Runtime, digest: str) -> bytes | None:
    simulator = _simulator(runtime)
    try:
        return simulator.fetch(f"{SIMULATOR}:{digest}", MAX_PHOTO_BYTES) if simulator is not None else None
    except HandlerError:
        return None


def _bind(runtime: Runtime, body: bytes) -> str:
    """Invite somebody and let his phone use the code; returns the phone's name. Raises ValueError with a sentence."""
    if _simulator(runtime) is None:
        raise ValueError("the simulator is off: nobody's phone can text")
    city = runtime.engine.city
    recruit = read_recruit(city.registry, body)
    with runtime.database.reading() as connection:
        known = phone_book.contacts_of(connection, runtime.keyring, [recruit.account])
    item = InviteGridman(
        name=recruit.name,
        offices=new_offices(city.registry, recruit, known.get(recruit.account)),
        cover=False,
        language=city.book.staff_language,
        phone=recruit.account,
        operator=_OPERATOR,
    )
    invited: Invited = runtime.engine.do(item)
    first = InboundMessage(
        channel=SIMULATOR,
        external_id=f"start-{invited.binding}",
        sender=recruit.account,
        text=f"/start {invited.code}",
        received_at=runtime.clock.utcnow(),
    )
    runtime.accept(first, timeout=_PATIENCE)
    return recruit.account.value
