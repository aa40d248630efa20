"""What an operator says about a Telegram bot; checked when made: no channel is half configured."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from handlers.twilio_settings import is_loopback

#: Telegram's own API.
TELEGRAM_API = "https://api.telegram.org"

#: BotFather gives the bot's id, a colon and 35 characters; their number is not documented.
_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{20,64}")
#: The alphabet and the greatest length are the Bot API's (setWebhook), the least length is ours.
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")


@dataclass(frozen=True, kw_only=True)
class TelegramSettings:
    """One bot. Raises ValueError that names every problem."""

    #: What BotFather gave: "<id of the bot>:<about 35 characters>".
    token: str = field(repr=False)
    #: What Telegram sends along with every update, as it was given to setWebhook; without a webhook it is not used.
    secret_token: str = field(repr=False)
    #: True: Telegram calls our webhook. False: we fetch the updates by long polling.
    webhook: bool = True
    #: Where Telegram reaches us, without the path of the webhook; "" leaves the webhook as somebody else has set it.
    public_url: str = ""
    #: Where the API lives, where it is not Telegram's own: the fake provider or a Bot API server of one's own.
    api_base: str | None = None
    #: Seconds to wait for a connection and for each part of an answer; a whole call has three times that.
    timeout_seconds: float = 10.0

    def __post_init__(self) -> None:
        problems = []
        if not _TOKEN.fullmatch(self.token):
            problems.append("token must be what BotFather gave: digits, a colon and about 35 of A-Za-z0-9_-")
        if self.webhook and not self.secret_token.strip():
            problems.append("secret_token must not be empty: without it anybody could post updates")
        elif self.webhook and not _SECRET.fullmatch(self.secret_token):
            problems.append("secret_token must be 16 to 256 characters of A-Za-z0-9_-")
        if self.api_base is not None:
            problems += _base_problems(self.api_base)
        if not 0 < self.timeout_seconds <= 60:
            problems.append("timeout_seconds must be more than 0 and at most 60")
        if problems:
            raise ValueError("; ".join(problems))

    @property
    def base(self) -> str:
        """Where the API lives, without a slash at the end."""
        return (self.api_base or TELEGRAM_API).rstrip("/")


def _base_problems(url: str) -> list[str]:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is the check
    except ValueError:
        return ["api_base is not a URL"]
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return [f'api_base must look like "{TELEGRAM_API}"']
    # The SDK reads braces as a place for the token.
    if parts.query or parts.fragment or url.endswith(("?", "#")) or not re.fullmatch(r"[!-z|~]+", url):
        return ["api_base must have neither query nor fragment, braces nor white space"]
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        return ["api_base must be https: only this machine itself may be reached over http"]
    return []
