"""How a text looks in a chat, as a JSON document beside its body."""

from __future__ import annotations

from typing import Any

from routing_rules.messages import ChatAct, ChatButton, ChatForm


def as_document(form: ChatForm | None) -> dict[str, Any] | None:
    """The form as it is stored."""
    if form is None:
        return None
    return {
        "body": form.body,
        "buttons": [[[button.label, button.token] for button in row] for row in form.buttons],
        "photo": form.photo,
        "act": form.act.value,
        "target": form.target,
    }


def from_document(document: dict[str, Any] | None) -> ChatForm | None:
    """The same form again."""
    if document is None:
        return None
    return ChatForm(
        body=document["body"],
        buttons=tuple(
            tuple(ChatButton(label=label, token=token) for label, token in row) for row in document["buttons"]
        ),
        photo=document["photo"],
        act=ChatAct(document["act"]),
        target=document["target"],
    )
