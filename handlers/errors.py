"""What a handler may complain about; a handler says what happened, the gateway decides what to do about it.

    HandlerError
    ├── BadSignature        403  nobody we know sent this request
    ├── MalformedRequest    400  the sender is known, the content is not what the provider documents
    ├── TooLarge            413  more bytes than the provider would ever send
    └── SendError                a text did not, or perhaps did not, leave
        └── NotYet               nothing was attempted: the channel's own pace does not allow it now

The docstring of a class is its message unless the raiser says it more precisely. No message ever holds a
phone number, a text or a secret, so that each may be logged as it stands.
"""

from __future__ import annotations


class HandlerError(Exception):
    """The request or the text could not be handled."""

    #: What a webhook answers with; 500 for errors that no webhook raises.
    status: int = 500

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").partition("\n")[0])


class BadSignature(HandlerError):
    """The request does not prove that it comes from the provider."""

    status = 403


class MalformedRequest(HandlerError):
    """The request is not what the provider documents."""

    status = 400


class TooLarge(HandlerError):
    """The request is larger than the provider would ever send."""

    status = 413


class SendError(HandlerError):
    """The text did not leave, or nobody can say whether it did."""

    def __init__(
        self,
        message: str | None = None,
        *,
        retryable: bool,
        outcome_known: bool,
        code: str | None = None,
        opted_out: bool = False,
        unreachable: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        #: Trying again later can succeed. Says nothing about whether the first attempt arrived.
        self.retryable = retryable
        #: The provider certainly did not take the text. False: it may have, ask before sending again.
        self.outcome_known = outcome_known
        #: The provider's own code, for example "21610", where it gave one.
        self.code = code
        #: The code means that the person opted out with the carrier: no text of ours will reach the number.
        self.opted_out = opted_out
        #: The address does not exist or takes no texts, and never will.
        self.unreachable = unreachable
        #: Seconds before which the provider does not want to hear from us again.
        self.retry_after = retry_after


class NotYet(SendError):
    """The channel may not send this text before some seconds have passed; nothing was attempted."""

    def __init__(self, seconds: float) -> None:
        """``seconds``: when to come back. It promises nothing: another text may have left by then."""
        super().__init__(retryable=True, outcome_known=True, code="not_yet", retry_after=seconds)
