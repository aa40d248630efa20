"""Log lines: a sentence for people and an `action` for machines; never a secret nor a phone number in clear.

Everything that reaches the handler made here passes one formatter, library loggers and tracebacks too, so
nothing goes around the redaction. One entry is one line, whatever a stranger's text holds; further lines of a
traceback are marked.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Iterable, Mapping
from typing import Any, Literal, TextIO, cast
from urllib.parse import quote

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

#: Shorter registered values would blank out ordinary words.
SHORTEST_SECRET = 6
#: What stands in a secret's place.
HIDDEN = "[secret]"
#: Libraries that may only speak of warnings: at lower levels they write down bodies and headers.
_CHATTY = ("alembic", "apscheduler", "asyncio", "httpcore", "httpx", "PIL", "telegram", "twilio", "urllib3", "waitress")

#: Digits that could be somebody's number: plain, with + and separators, and the usual groupings of mobile and
#: landline numbers. Parts of words, of decimals and of dates are left alone.
_PHONES = re.compile(
    r"""
      (?<![\w.])\+\d(?:[ ().-]{0,2}\d){6,16}(?!\w)            # +86 138 0013 8000
    | (?<![\w.+-])1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\w)          # 138-0013-8000
    | (?<![\w.+-])0\d{2,3}-\d{7,8}(?!\w)                      # 0580-2026000
    | (?<![\w.+-])\(?[2-9]\d{2}\)?[-. ]{1,2}\d{3}[-. ]\d{4}(?!\w)   # (555) 010-0000
    | (?<![\w.])\d{7,15}(?!\w|\.\d)                           # 13800138000
    """,
    re.VERBOSE,
)
#: Whatever could end a line or steer a terminal: C0 (ESC among them), DEL, C1, line and paragraph separators,
#: direction overrides.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_MARK = "    | "


class Redactor:
    """Replaces registered secrets and phone-like digits in texts; any thread may add to it."""

    def __init__(self) -> None:
        self._secrets: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None
        self._lock = threading.Lock()

    def register(self, values: Iterable[str]) -> None:
        """From now on replace these values, also as they look in a URL. Very short ones are left alone."""
        new = {form for value in values if len(value) >= SHORTEST_SECRET for form in (value, quote(value, safe=""))}
        with self._lock:
            self._secrets |= new
            longest_first = sorted(self._secrets, key=lambda value: (-len(value), value))
            self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def text(self, text: str) -> str:
        """The text without secrets and numbers."""
        if self._pattern is not None:
            text = self._pattern.sub(HIDDEN, text)
        return _PHONES.sub(lambda found: masked(found[0]), text)

    def value(self, value: Any) -> Any:
        """The same for whatever a log call carries: texts are cleaned, containers gone through."""
        if isinstance(value, bool | float) or value is None:
            return value
        if isinstance(value, int):
            cleaned = self.text(str(value))
            return value if cleaned == str(value) or abs(value) < 10**10 else cleaned
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.value(item) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(item) for item in value]
        return self.text(value if isinstance(value, str) else str(value))


#: The process has one set of secrets, whichever logger writes.
REDACTOR = Redactor()


def register_secrets(values: Iterable[str]) -> None:
    """Make every log line from now on replace these values."""
    REDACTOR.register(values)


def masked(number: str) -> str:
    """A number as it may be shown: ``138****0000``. Short numbers keep their last two digits only."""
    digits = re.sub(r"\D", "", number)
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 10 else f"****{digits[-2:]}"


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a room: ``log.info("The case was opened.", action="case_opened", case=1042)``.

    It writes through the standard library's logger of that name, so levels and handlers hold for both.
    """
    wrapped = structlog.wrap_logger(
        logging.getLogger(name),
        processors=[structlog.stdlib.filter_by_level, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    return cast(structlog.stdlib.BoundLogger, wrapped)


def handler(form: Literal["text", "json"], stream: TextIO | None = None) -> logging.Handler:
    """A handler whose every line is redacted; it writes to standard error unless told otherwise."""
    made = logging.StreamHandler(stream or sys.stderr)
    made.setFormatter(_SafeFormatter(form))
    return made


def set_up(
    level: str = "info", form: Literal["text", "json"] = "text", stream: TextIO | None = None
) -> logging.Handler:
    """Send all logging of the process to one handler (standard error unless told otherwise) and return it.

    May be called again; a handler of an earlier call is replaced, others are left alone. Warnings of Python
    and exceptions that nobody caught, in threads too, become log lines.
    """
    made = handler(form, stream)
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one.formatter, _SafeFormatter)]:
        root.removeHandler(old)
    root.addHandler(made)
    number = logging.getLevelNamesMapping()[level.upper()]
    root.setLevel(number)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    return made


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: Any) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error or kind(), trace)
        return
    logging.getLogger("gateway").critical(
        "An exception was not caught.", exc_info=(kind, error or kind(), trace), extra={"action": "uncaught"}
    )


class _SafeFormatter(structlog.stdlib.ProcessorFormatter):
    """Brings records of both kinds into one form; what cannot be formatted is said without its content."""

    def __init__(self, form: Literal["text", "json"]) -> None:
        self._form = form
        renderer: Processor = _as_json if form == "json" else _as_text
        super().__init__(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(allow=["action"])],
            processors=[
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.StackInfoRenderer(),
                structlog.processors.format_exc_info,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _redact,
                renderer,
            ],
        )

    def format(self, record: logging.LogRecord) -> str:
        try:
            return super().format(record)
        except Exception as error:  # noqa: BLE001 - logging never breaks its caller, nor shows its arguments raw
            place, kind = f"{record.name}:{record.lineno}", type(error).__name__
            sentence = f"A log line of {place} could not be formatted ({kind})."
            return json.dumps({"event": sentence}) if self._form == "json" else sentence


def _redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    untouched = ("timestamp", "level")
    return {key: value if key in untouched else REDACTOR.value(value) for key, value in event.items()}


def _as_json(_: WrappedLogger, __: str, event: EventDict) -> str:
    line = json.dumps(event, ensure_ascii=False, default=str)
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


def _as_text(_: WrappedLogger, __: str, event: EventDict) -> str:
    """``time LEVEL room: Sentence. action=word key=value``, then the lines of a traceback, each marked."""
    time, level, name = event.pop("timestamp"), event.pop("level").upper(), event.pop("logger")
    tails = [event.pop(key) for key in ("exception", "stack") if key in event]
    words = [f"{key}={_as_word(value)}" for key, value in event.items() if key != "event"]
    first = _one_line(" ".join([f"{time} {level:<8} {name}: {event['event']}", *words]))
    return "\n".join([first, *(_MARK + _one_line(line) for tail in tails for line in str(tail).split("\n"))])


def _as_word(value: Any) -> str:
    text = str(value)
    return repr(text) if " " in text or not text else text


def _one_line(text: str) -> str:
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
