"""The parameters of a Bot API request, from whichever of the four ways they came; it checks, it does nothing.

https://core.telegram.org/bots/api#making-requests
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Request

from gateway.fake_provider.telegram_wire import Refused, bad_request

#: More than anybody sends by hand; the rest of the provider takes 1 MiB.
MAX_REQUEST_BYTES = 20 * 1024 * 1024
MAX_CALLBACK_DATA_BYTES = 64

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What a method was called with. The readers raise Refused for what they cannot read."""

    #: Every value as text; lists and objects as JSON.
    values: Mapping[str, str]
    #: Uploaded files by the name of their field.
    files: Mapping[str, bytes] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.values.get(name, "")

    def flag(self, name: str) -> bool:
        return self.text(name).strip().lower() in ("true", "yes", "1")

    def integer(self, name: str, default: int | None = None) -> int:
        given = self.text(name).strip()
        if not given and default is not None:
            return default
        if not _INTEGER.fullmatch(given):
            raise bad_request(f"{name} is not specified" if not given else f"invalid {name} specified")
        return int(given)

    def degrees(self, name: str, most: int) -> float:
        try:
            number = float(self.text(name))
        except ValueError:
            number = math.nan
        if not abs(number) <= most:
            raise bad_request(f"invalid {name} specified")
        return number

    def names(self, name: str) -> list[str] | None:
        """A list of texts; None when it is not given."""
        value = self._json(name)
        if value is not None and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
            raise bad_request(f"can't parse {name}: expected an Array of String")
        return value

    def record(self, name: str) -> dict[str, Any] | None:
        """An object; None when it is not given."""
        value = self._json(name)
        if value is not None and not isinstance(value, dict):
            raise bad_request(f"can't parse {name}: expected an Object")
        return value

    def keyboard(self) -> dict[str, Any] | None:
        """The inline keyboard of reply_markup; None without one. Keyboards below the input field are not shown."""
        markup = self.record("reply_markup") or {}
        rows = markup.get("inline_keyboard")
        if rows is None:
            return None
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup should be an Array of Arrays')
        shown = [[_button(button) for button in row] for row in rows if row]
        return {"inline_keyboard": shown} if shown else None

    def _json(self, name: str) -> Any:
        given = self.text(name)
        if not given.strip():
            return None
        try:
            return json.loads(given)
        except (ValueError, RecursionError):
            raise bad_request(f"can't parse {name} JSON object") from None


def parameters_of(request: Request) -> Parameters:
    """Read query, form, multipart and JSON. Raises Refused, and what werkzeug raises for a broken body."""
    request.max_content_length = MAX_REQUEST_BYTES
    request.max_form_memory_size = MAX_REQUEST_BYTES
    values = dict(request.args.items())
    if request.mimetype == "application/json":
        values |= _from_json(request.get_data())
    else:
        values |= dict(request.form.items())
    files = {name: file.read() for name, file in request.files.items()}
    for text in values.values():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise bad_request("strings must be encoded in UTF-8") from None
    return Parameters(values=values, files=files)


def _from_json(body: bytes) -> dict[str, str]:
    if not body.strip():
        return {}
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise bad_request("can't parse JSON object") from None
    if not isinstance(value, dict):
        raise bad_request("JSON object expected")
    return {
        name: given if isinstance(given, str) else json.dumps(given)
        for name, given in value.items()
        if given is not None
    }


def _button(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str) or not button["text"].strip():
        raise bad_request('can\'t parse inline keyboard button: field "text" must be of type String and not empty')
    if len(button) < 2:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode("utf-8", "replace")) <= MAX_CALLBACK_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    return dict(button)


def not_found() -> Refused:
    return Refused(404, "Not Found: method not found")
