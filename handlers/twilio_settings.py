"""What an operator says about a Twilio account; checked when made: no channel is half configured."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address
from urllib.parse import urlsplit

from routing_rules.messages import Address

#: Twilio's own API.
TWILIO_API = "https://api.twilio.com"
#: Twilio's prefix of WhatsApp addresses; ours is the scheme of the address.
WHATSAPP_PREFIX = "whatsapp:"

_ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
_NUMBER = re.compile(r"\+[0-9]{6,15}|[0-9]{3,20}|(?=.*[A-Za-z])[A-Za-z0-9 ._&+-]{1,11}")
_WHATSAPP_NUMBER = re.compile(r"\+[0-9]{6,15}")
_REGION = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, kw_only=True)
class TwilioSettings:
    """One Twilio account and the numbers of it that are ours. Raises ValueError that names every problem."""

    #: The account, "AC" and 32 hexadecimal digits.
    account_sid: str
    #: Auth tokens whose signatures count, the current one first; the previous one stays during a rotation.
    auth_tokens: tuple[str, ...] = field(repr=False)
    #: Our numbers: "+15005550006", a short code, a sender id in letters, or "whatsapp:+15005550006".
    #: The first of a kind is the one we send from.
    numbers: tuple[str, ...]
    #: Where Twilio reaches us, without the path of the webhook: "https://gateway.example.org".
    public_url: str
    #: ISO 3166 region in which numbers without a country code are read.
    region: str = "CN"
    #: Where the API lives, where it is not Twilio's own: the fake provider or a contract mock.
    api_base: str | None = None
    #: Seconds to wait for a connection and for each part of the answer; the whole answer has twice that.
    timeout_seconds: float = 10.0

    def __post_init__(self) -> None:
        problems = [
            *_account_problems(self),
            *_number_problems(self.numbers),
            *_url_problems("public_url", self.public_url),
            *(_url_problems("api_base", self.api_base) if self.api_base is not None else ()),
        ]
        if not _REGION.fullmatch(self.region):
            problems.append('region must be two capital letters, for example "CN"')
        if not 0 < self.timeout_seconds <= 60:
            problems.append("timeout_seconds must be more than 0 and at most 60")
        if problems:
            raise ValueError("; ".join(problems))

    @cached_property
    def own_addresses(self) -> tuple[Address, ...]:
        """Our numbers as addresses, in the order of the configuration."""
        return tuple(address_of_number(number) for number in self.numbers)


def address_of_number(number: str) -> Address:
    """One of our numbers, or a canonical number on Twilio's wire, as an address."""
    if number.startswith(WHATSAPP_PREFIX):
        return Address("whatsapp", number.removeprefix(WHATSAPP_PREFIX))
    return Address("tel", number)


def is_loopback(host: str | None) -> bool:
    """Whether a URL's host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def _account_problems(settings: TwilioSettings) -> list[str]:
    problems = []
    if not _ACCOUNT_SID.fullmatch(settings.account_sid):
        problems.append('account_sid must be "AC" and 32 hexadecimal digits')
    if not settings.auth_tokens:
        problems.append("auth_tokens must hold the account's auth token")
    # An empty key is a valid HMAC key: everybody could sign. A blank one is a secret that was not filled in.
    if any(not token.strip() for token in settings.auth_tokens):
        problems.append("auth_tokens must not hold an empty token: with it anybody could sign a request")
    return problems


def _number_problems(numbers: tuple[str, ...]) -> list[str]:
    if not numbers:
        return ["numbers must name at least one number of the account"]
    problems = []
    for position, number in enumerate(numbers):
        if number.startswith(WHATSAPP_PREFIX):
            good = _WHATSAPP_NUMBER.fullmatch(number.removeprefix(WHATSAPP_PREFIX))
        else:
            good = _NUMBER.fullmatch(number)
        if not good:
            kinds = "+E.164, a short code, a sender id of at most 11 characters or whatsapp:+E.164"
            problems.append(f"numbers[{position}] must be {kinds}")
    if len(set(numbers)) != len(numbers):
        problems.append("numbers must not name a number twice")
    return problems


def _url_problems(name: str, url: str) -> list[str]:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is the check
    except ValueError:
        return [f"{name} is not a URL"]
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return [f'{name} must look like "https://gateway.example.org"']
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        return [f"{name} must have neither query nor fragment"]
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        return [f"{name} must be https: only this machine itself may be reached over http"]
    return []
