"""Log lines: sentences with an action, and no secret, number or forged line in any of them."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import logs

SECRET = "4f9d2c71/e05b+8a36"
NUMBER = "13800138000"
Form = Literal["text", "json"]


class Stream(io.StringIO):
    """What the log wrote."""

    @property
    def lines(self) -> list[str]:
        return self.getvalue().split("\n")[:-1]


@pytest.fixture
def setting_up() -> Iterator[None]:
    """Leave the process's logging and exception hooks as they were."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, sys.excepthook, threading.excepthook
    levels = {name: logging.getLogger(name).level for name in ("alembic", "urllib3", "waitress", "twilio")}
    yield
    root.handlers[:], level, sys.excepthook, threading.excepthook = before
    root.setLevel(level)
    for name, number in levels.items():
        logging.getLogger(name).setLevel(number)
    logging.captureWarnings(False)


@pytest.fixture
def text_log(setting_up: None) -> Stream:
    stream = Stream()
    logs.set_up("debug", "text", stream)
    logs.register_secrets([SECRET])
    return stream


@pytest.fixture
def json_log(setting_up: None) -> Stream:
    stream = Stream()
    logs.set_up("debug", "json", stream)
    logs.register_secrets([SECRET])
    return stream


@pytest.fixture(params=["text", "json"])
def log_of_both_forms(request: pytest.FixtureRequest) -> Stream:
    stream: Stream = request.getfixturevalue(f"{request.param}_log")
    return stream


def test_a_line_has_a_time_a_level_a_room_a_sentence_and_an_action(text_log: Stream) -> None:
    logs.logger("gateway.engine").info("The case was opened.", action="case_opened", case=1042)
    (line,) = text_log.lines
    time, rest = line.split(" ", 1)
    assert time.endswith("Z")
    assert rest == "INFO     gateway.engine: The case was opened. action=case_opened case=1042"


def test_a_json_line_is_one_object_with_readable_chinese(json_log: Stream) -> None:
    logs.logger("gateway.engine").warning("A rule failed.", action="rule_failed", rule="冒黑烟")
    (line,) = json_log.lines
    assert "冒黑烟" in line
    entry = json.loads(line)
    assert (entry["event"], entry["action"], entry["level"]) == ("A rule failed.", "rule_failed", "warning")


def test_the_level_holds_for_both_kinds_of_logger(setting_up: None) -> None:
    stream = Stream()
    logs.set_up("warning", "text", stream)
    logs.logger("gateway.x").info("Nothing.", action="nothing")
    logging.getLogger("library").info("nothing")
    assert stream.lines == []


def test_setting_up_twice_does_not_write_twice(setting_up: None) -> None:
    first, second = Stream(), Stream()
    logs.set_up("info", "text", first)
    logs.set_up("info", "text", second)
    logs.logger("gateway.x").info("Once.", action="once")
    assert (len(first.lines), len(second.lines)) == (0, 1)


def test_chatty_libraries_speak_of_warnings_only(text_log: Stream) -> None:
    logging.getLogger("urllib3.connectionpool").debug("GET /?token=…")
    logging.getLogger("twilio.http_client").info("body: …")
    assert text_log.lines == []


# --- redaction


def raised(sentence: str) -> BaseException:
    try:
        raise ValueError(sentence)
    except ValueError as error:
        return error


HIDING_PLACES: dict[str, Any] = {
    "in the sentence": lambda log, secret: log.info(f"Sent {secret}.", action="sent"),
    "in a value": lambda log, secret: log.info("Sent.", action="sent", value=secret),
    "in a nested value": lambda log, secret: log.info("Sent.", action="sent", value={"a": [{"b": (secret,)}]}),
    "in a key": lambda log, secret: log.info("Sent.", action="sent", value={secret: 1}),
    "in bytes": lambda log, secret: log.info("Sent.", action="sent", value=secret.encode()),
    "in an object": lambda log, secret: log.info("Sent.", action="sent", value=Exception(secret)),
    "in a library's sentence": lambda log, secret: logging.getLogger("library").info(f"sent {secret}"),
    "in a library's argument": lambda log, secret: logging.getLogger("library").info("sent %s", secret),
    "in a library's traceback": lambda log, secret: logging.getLogger("library").error("x", exc_info=raised(secret)),
    "in our traceback": lambda log, secret: log.error("Failed.", action="failed", exc_info=raised(secret)),
    "in a value that cannot be shown": lambda log, secret: log.info("Sent.", action="sent", value=Unshowable(secret)),
}


class Unshowable:
    """An object whose text cannot be had."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def __str__(self) -> str:
        raise RuntimeError(self.secret)


@pytest.mark.parametrize("write", HIDING_PLACES.values(), ids=HIDING_PLACES.keys())
@pytest.mark.parametrize("value", [SECRET, NUMBER], ids=["secret", "number"])
def test_neither_secret_nor_number_gets_through(write: Any, value: str, log_of_both_forms: Stream) -> None:
    write(logs.logger("gateway.x"), value)
    assert log_of_both_forms.lines
    assert value not in log_of_both_forms.getvalue()


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_line_that_cannot_be_formatted_is_said_without_its_content(form: Form) -> None:
    record = logging.LogRecord("library", logging.INFO, __file__, 7, f"{NUMBER} %d", (SECRET,), None)
    logs.handler(form, stream := Stream()).handle(record)
    assert "A log line of library:7 could not be formatted (TypeError)." in stream.lines[0]
    assert not any(value in stream.getvalue() for value in (SECRET, NUMBER))


def test_a_secret_is_known_in_a_web_address_too(text_log: Stream) -> None:
    logging.getLogger("library").warning("GET https://example.org/?token=4f9d2c71%2Fe05b%2B8a36&a=1")
    assert "4f9d" not in text_log.getvalue()
    assert "token=[secret]&a=1" in text_log.getvalue()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("tel:+8613800138000", "tel:138****8000"),
        ("+86 138 0013 8000", "138****8000"),
        ("138-0013-8000", "138****8000"),
        ("１３８００１３８０００", "１３８****８０００"),
        ("0580-2026000", "058****6000"),
        ("+1 (555) 010-0000", "155****0000"),
        ("(555) 010-0000", "555****0000"),
        ("call 15005550006.", "call 150****0006."),
        ("10639393", "****93"),
    ],
)
def test_whatever_looks_like_a_number_is_masked(text: str, shown: str) -> None:
    assert logs.Redactor().text(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "2026-08-18T01:20:04.123456+00:00",
        "2026-08-18 09:20",
        "Z1042",
        "ACdeadbeef12345678",
        "0.123456789",
        "127.0.0.1:8000",
        "took 0.25 s for 120000 rows",
        "code 730164",
    ],
)
def test_times_ids_and_figures_stay_readable(text: str) -> None:
    assert logs.Redactor().text(text) == text


def test_a_number_logged_as_an_integer_is_masked_and_a_count_is_not(json_log: Stream) -> None:
    logs.logger("gateway.x").info("Sent.", action="sent", to=int(NUMBER), size=12_345_678)
    entry = json.loads(json_log.lines[0])
    assert entry["to"] == "138****8000"
    assert entry["size"] == 12_345_678


# --- forged lines


HOSTILE = "ok\r\n2026-08-18T01:20:04Z INFO gateway: All is well.\x1b[2J\x9b31m\u2028\u202e\x00\x7f"


def test_a_strangers_text_cannot_begin_a_line_or_steer_a_terminal(text_log: Stream) -> None:
    logs.logger("gateway.x").info("Received.", action="received", text=HOSTILE)
    logging.getLogger("library").info(HOSTILE)
    assert len(text_log.lines) == 2
    assert not any(character in text_log.getvalue() for character in "\r\x1b\x9b\u2028\u202e\x00\x7f")


def test_a_json_line_keeps_a_hostile_text_whole_and_on_its_line(json_log: Stream) -> None:
    logs.logger("gateway.x").info("Received.", action="received", text=HOSTILE)
    (line,) = json_log.lines
    assert json.loads(line)["text"] == HOSTILE
    assert line.isprintable()


def test_the_lines_of_a_traceback_are_marked(text_log: Stream) -> None:
    logs.logger("gateway.x").error("Failed.", action="failed", exc_info=raised("a\nforged line"))
    first, *further = text_log.lines
    assert first.endswith("Failed. action=failed")
    assert further
    assert all(line.startswith("    | ") for line in further)


@given(text=st.text(st.characters(codec="utf-8")), form=st.sampled_from(["text", "json"]))
def test_every_text_is_one_line(text: str, form: Form) -> None:
    handler = logs.handler(form, stream := Stream())
    record = logging.LogRecord("library", logging.INFO, __file__, 1, "%s", (text,), None)
    handler.handle(record)
    assert len(stream.getvalue().splitlines()) == 1


# --- what nobody caught


def test_an_exception_in_a_thread_becomes_a_log_line(text_log: Stream) -> None:
    def fail() -> None:
        raise RuntimeError(SECRET)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert "CRITICAL gateway: An exception was not caught. action=uncaught" in text_log.lines[0]
    assert SECRET not in text_log.getvalue()


def test_a_warning_of_python_becomes_a_log_line(text_log: Stream) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(f"deprecated for {NUMBER}", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(False)
    assert "py.warnings" in text_log.getvalue()
    assert NUMBER not in text_log.getvalue()
