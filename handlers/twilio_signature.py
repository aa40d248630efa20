"""Twilio's request signature: base64(HMAC-SHA1(auth token, URL + sorted parameters)); it parses nothing else.

https://www.twilio.com/docs/usage/security#validating-requests. The signature covers no time and no separators
between parameters, so a good one proves little by itself: `twilio_form` demands well-formed fields besides.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha1, sha256
from urllib.parse import ParseResult, parse_qs, urlparse

SIGNATURE_HEADER = "X-Twilio-Signature"

#: One parameter of a form, decoded.
Field = tuple[str, str]


def signature(token: str, url: str, fields: Iterable[Field]) -> str:
    """The signature of a request to exactly this URL. Repeated names are sorted by value, each once."""
    signed = url + "".join(name + value for name, value in sorted(set(fields)))
    digest = hmac.new(token.encode("utf-8"), signed.encode("utf-8", "replace"), sha1).digest()
    return b64encode(digest).decode("ascii")


def is_signed(
    tokens: Sequence[str], url: str, fields: Iterable[Field], given: str, *, body: bytes | None = None
) -> bool:
    """Whether `given` is the signature of the request under any of the tokens.

    The URL counts with and without its port, since Twilio itself is of two minds. `body` is the raw body of a
    request that is no form: then the query must carry its SHA-256 if it carries one at all.
    """
    parsed = urlparse(url)
    if body is not None and not _body_fits(parsed, body):
        return False
    pairs = () if body is not None else tuple(fields)
    good = False
    # No early way out: how long a refusal takes tells nobody which token or form came close.
    for token in tokens:
        for candidate in (_with_port(parsed), _without_port(parsed)):
            expected = signature(token, candidate, pairs)
            good |= hmac.compare_digest(expected.encode("ascii"), given.encode("utf-8", "replace"))
    return good


def _body_fits(parsed: ParseResult, body: bytes) -> bool:
    promised = parse_qs(parsed.query).get("bodySHA256")
    if promised is None:
        return True
    actual = sha256(body).hexdigest().encode("ascii")
    return hmac.compare_digest(actual, promised[0].encode("utf-8", "replace"))


def _without_port(parsed: ParseResult) -> str:
    if not parsed.port:
        return parsed.geturl()
    return parsed._replace(netloc=parsed.netloc.rpartition(":")[0]).geturl()


def _with_port(parsed: ParseResult) -> str:
    if parsed.port:
        return parsed.geturl()
    port = 443 if parsed.scheme == "https" else 80
    return parsed._replace(netloc=f"{parsed.netloc}:{port}").geturl()
