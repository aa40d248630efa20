"""The one place that touches Twilio's untyped SDK and the network; it keeps nothing of what it sends.

The SDK builds requests and reads answers. The connection is ours: a timeout on everything, nothing from the
environment (proxies, ~/.netrc), no redirect, no other host, no compressed or endless answer. Every way a send
can end is either a value or a SendError that says whether the text may have been taken.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioException
from twilio.http.response import Response
from twilio.rest import Client

from handlers.errors import SendError
from handlers.strict_json import MAX_DEPTH, depth
from handlers.twilio_codes import refusal

#: An answer of Twilio's is about 1 KiB a message.
MAX_ANSWER_BYTES = 1024 * 1024
#: A page of texts stays well below the answer's cap.
_PAGE_SIZE = 100
#: How many pages to one person are looked through: of the window, and of the newest whatever their date.
LOOKUP_DATED_PAGES = 10
LOOKUP_NEWEST_PAGES = 1
_CHUNK = 64 * 1024
#: Connections that are kept; the dispatcher's threads share them.
_POOL = 16

_SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
#: What the SDK raises when an answer is not what it expects.
_NONSENSE = (ValueError, TypeError, KeyError, AttributeError, TwilioException)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentText:
    """A text as Twilio knows it."""

    #: "SM" or "MM" and 32 hexadecimal digits.
    sid: str
    status: str
    body: str
    #: "outbound-api" for ours; "inbound" for a person's.
    direction: str
    #: When Twilio took it, to the second (UTC); None in an answer that does not say.
    created_at: datetime | None
    error_code: str | None


class TwilioApi:
    """Twilio's message routes, typed. Shared between threads."""

    def __init__(self, *, account_sid: str, auth_token: str, api_base: str, timeout_seconds: float) -> None:
        base = api_base.rstrip("/")
        self._http = _OneHost(base, timeout_seconds)
        # A non-empty environment keeps the SDK from looking at TWILIO_REGION and the like in the real one.
        environment = {"GRIDGATE": "settings come from the configuration only"}
        self._client = Client(account_sid, auth_token, http_client=self._http, environment=environment)
        self._client.api.base_url = base

    def create(self, *, to: str, from_: str, body: str, status_callback: str) -> SentText:
        """Send a text. Raises SendError."""
        with _only_send_errors():
            message = self._client.messages.create(to=to, from_=from_, body=body, status_callback=status_callback)
            return _sent_text(message)

    def texts_to(self, to: str, since: datetime) -> list[SentText]:
        """Every text to a recipient that may have been made from `since` (aware) on, each once.

        Twilio filters by the time of sending, to the day, and a text that still waits in its queue has none.
        So the newest ones are asked for a second time without the filter. Raises SendError.
        """
        with _only_send_errors():
            messages = self._client.messages
            dated = messages.page(to=to, date_sent_after=since, page_size=_PAGE_SIZE)
            newest = messages.page(to=to, page_size=_PAGE_SIZE)
            found = (*_texts(dated, LOOKUP_DATED_PAGES, since), *_texts(newest, LOOKUP_NEWEST_PAGES, since))
            texts = [_sent_text(message) for message in found]
        return list({text.sid: text for text in texts}.values())

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()


class _OneHost:
    """What the SDK calls to make a request; it talks to one base address only."""

    def __init__(self, base: str, timeout_seconds: float) -> None:
        logging.getLogger("urllib3.connectionpool").addFilter(_WITHOUT_QUERY)
        self._base = base
        self._timeout = timeout_seconds
        self._session = requests.Session()
        self._session.trust_env = False
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=_POOL, max_retries=0))

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Any:
        """Make a request as the SDK asks for it, on our terms. Raises SendError for all but a 2xx answer."""
        # A page link in an answer may name any address; our credentials go to this one only.
        if not url.startswith(f"{self._base}/"):
            raise _unusable("an answer pointed to another host")
        wanted = {**(headers or {}), "Accept-Encoding": "identity"}
        with _network_errors():
            answer = self._session.request(
                method,
                url,
                params=params,
                data=data,
                headers=wanted,
                auth=auth,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            )
            with answer:
                if not 200 <= answer.status_code < 300:
                    raise refusal(answer.status_code, self._error_code(answer), _retry_after(answer.headers))
                return Response(answer.status_code, self._read(answer), answer.headers)

    def close(self) -> None:
        self._session.close()

    def _read(self, answer: requests.Response) -> str:
        if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise _unusable("the answer is compressed although we did not ask for it")
        give_up = time.monotonic() + 2 * self._timeout
        content = bytearray()
        for chunk in answer.iter_content(_CHUNK):
            content += chunk
            if len(content) > MAX_ANSWER_BYTES:
                raise _unusable("the answer has no end")
            if time.monotonic() > give_up:
                raise _unusable("the answer took too long")
        text = content.decode("utf-8", "replace")
        # The SDK's parser would run into the end of the stack, and whatever is tidied up just then with it.
        if depth(text) > MAX_DEPTH:
            raise _unusable("the answer is nested too deep")
        return text

    def _error_code(self, answer: requests.Response) -> str | None:
        """Twilio's code in a refusal; a refusal that cannot be read is still one."""
        try:
            code = json.loads(self._read(answer)).get("code")
        except (SendError, requests.RequestException, ValueError, AttributeError):
            return None
        return str(code) if isinstance(code, int) and 0 < code < 1_000_000 else None


class _WithoutQuery(logging.Filter):
    """Cuts the query from what the connection pool logs: a lookup's holds the recipient's number."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                arg.partition("?")[0] + "?…" if isinstance(arg, str) and "?" in arg else arg for arg in record.args
            )
        return True


#: One for the process: adding a filter that is there already does nothing.
_WITHOUT_QUERY = _WithoutQuery()


def _texts(page: Any, most_pages: int, since: datetime) -> Iterator[Any]:
    """The messages of a page and those after it; the number of pages is ours to limit, the SDK has no limit.

    Newest first: what comes after a message that was sent before `since` is of no interest.
    """
    for _ in range(most_pages):
        message = None
        for message in page:
            yield message
        sent_at = getattr(message, "date_sent", None)
        if isinstance(sent_at, datetime) and sent_at < since:
            return
        page = page.next_page()
        if page is None:
            return


def _sent_text(message: Any) -> SentText:
    sid, status, code = message.sid, message.status, message.error_code
    if not isinstance(sid, str) or not _SID.fullmatch(sid) or not isinstance(status, str):
        raise _unusable("the answer does not describe a message")
    return SentText(
        sid=sid,
        status=status,
        body=message.body if isinstance(message.body, str) else "",
        direction=message.direction if isinstance(message.direction, str) else "",
        created_at=message.date_created if isinstance(message.date_created, datetime) else None,
        error_code=None if code is None else str(code),
    )


@contextlib.contextmanager
def _only_send_errors() -> Iterator[None]:
    try:
        yield
    except _NONSENSE as error:
        raise _unusable("the answer is not what Twilio documents") from error


@contextlib.contextmanager
def _network_errors() -> Iterator[None]:
    """Whether a broken connection had carried the request already decides what is known of the text."""
    try:
        yield
    except requests.ConnectTimeout:
        raise _not_reached("no connection within the timeout") from None
    except requests.Timeout:
        raise _unusable("no answer within the timeout") from None
    except requests.ConnectionError as error:
        if _before_the_request(error):
            raise _not_reached("no connection") from None
        raise _unusable("the connection broke before the answer") from None
    except requests.RequestException:
        raise _unusable("the answer broke off") from None


def _before_the_request(error: BaseException) -> bool:
    """Refused, unknown host, or a certificate that is not theirs: the request was never written."""
    chain: list[object] = [error]
    for link in chain:
        if isinstance(link, urllib3.exceptions.NewConnectionError | ssl.SSLCertVerificationError):
            return True
        causes = [getattr(link, "reason", None), *getattr(link, "args", ())]
        chain.extend(cause for cause in causes if isinstance(cause, BaseException) and cause not in chain)
    return False


def _not_reached(what: str) -> SendError:
    return SendError(f"Twilio could not be reached: {what}", retryable=True, outcome_known=True)


def _unusable(what: str) -> SendError:
    return SendError(f"whether Twilio took it is unknown: {what}", retryable=True, outcome_known=False)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds; a date in the header is not worth trusting a foreign clock for."""
    value = headers.get("Retry-After", "").strip()
    return float(min(int(value), 86_400)) if value.isascii() and value.isdigit() and len(value) < 10 else None
