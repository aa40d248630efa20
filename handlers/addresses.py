"""Phone numbers: canonical form, service senders, masking; it drops no sender for an odd number."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import phonenumbers

from routing_rules.messages import Address

#: What people and carriers put between digits.
_SEPARATORS = re.compile(r"[\s().\-/\u00ad\u2010-\u2015\u2212]+")
_HAS_LETTER = re.compile(r"[^\W\d_]")

#: Chinese service numbers (MIIT plan of code numbers): 106 and up to 18 more digits, always written bare.
_SERVICE_106 = re.compile(r"106[0-9]{4,18}")
#: Bare short codes: 110, 10086, 12345, 95588, US five- and six-digit codes.
_SHORT_CODE = re.compile(r"[0-9]{3,8}")

#: phonenumbers takes about 50 µs a parse and a town texts from the same numbers again and again.
_CACHE_SIZE = 65_536


@lru_cache(maxsize=_CACHE_SIZE)
def normalise_phone(text: str, region: str) -> str:
    """The canonical form of a sender or recipient: E.164 where that applies, else what was given, compact.

    `region` (ISO 3166, "CN") says how a number without a country code is read. Short numbers (10086, 12345),
    106… service numbers, alphanumeric sender ids and numbers of no known plan are kept: who texts us exists,
    whatever the numbering plan says. Raises ValueError for a text that holds neither digit nor letter.
    """
    compact = _compact(text)
    if not re.search(r"\w", compact):
        raise ValueError("a phone number needs digits")
    if _HAS_LETTER.search(compact) or (region == "CN" and _SERVICE_106.fullmatch(compact)):
        return compact
    return _valid_e164(compact, region) or compact


@lru_cache(maxsize=_CACHE_SIZE)
def dialable_phone(text: str, region: str) -> str:
    """The E.164 form of a number that the numbering plan knows; for numbers that we enter, not for senders.

    Raises ValueError for every other text, short numbers and sender ids included.
    """
    e164 = _valid_e164(_compact(text), region)
    if e164 is None:
        raise ValueError("not a number of any numbering plan")
    return e164


def is_service_sender(address: Address) -> bool:
    """Whether a machine of a carrier, bank or office sits behind the address: 10086, 106…, a name in letters.

    Only what phone networks carry is judged; simulator and chat addresses are people.
    """
    if address.scheme != "tel":
        return False
    value = address.value
    if _HAS_LETTER.search(value) or _SHORT_CODE.fullmatch(value) or _SERVICE_106.fullmatch(value):
        return True
    # "+86106…" is a service number unless the plan knows it: Beijing's land lines also begin with 10 6.
    return value.startswith("+86106") and _valid_e164(value, "CN") is None


def masked(address: Address) -> str:
    """The address as logs and lists may show it: 138****0000; simulated phones stay whole."""
    if address.scheme == "sim":
        return str(address)
    value = address.value.removeprefix("+86") if address.value.startswith("+86") else address.value
    if len(value) >= 11:
        return f"{value[:3]}****{value[-4:]}"
    if len(value) >= 6:
        return f"{value[:2]}****{value[-2:]}"
    return "****"


def _compact(text: str) -> str:
    # Twice, since taking a separator out can leave characters that belong together.
    return unicodedata.normalize("NFKC", _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)))


def _valid_e164(compact: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(compact, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
