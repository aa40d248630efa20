"""No room of the gateway writes its log lines around the redaction."""

from __future__ import annotations

import importlib
import io
import logging
import pkgutil

import pytest

import gateway
from gateway import logs

ROOMS = sorted(
    found.name for found in pkgutil.walk_packages(gateway.__path__, "gateway.") if not found.name.endswith("__main__")
)


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_room_logs_is_redacted_and_never_on_standard_output(
    room: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log = getattr(importlib.import_module(room), "log", None)
    if log is None:
        return
    stream = io.StringIO()
    handler = logs.handler("text", stream)
    logging.getLogger().addHandler(handler)
    try:
        log.error("The number +8613800138000 does not answer.", action="tried")
    finally:
        logging.getLogger().removeHandler(handler)
    assert "action=tried" in stream.getvalue()
    assert "13800138000" not in stream.getvalue()
    assert capsys.readouterr().out == ""
