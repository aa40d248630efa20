"""The spool: what it took stays readable, whatever else is kept at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gateway.spool import Spool
from routing_rules.messages import InboundMessage
from tests.storage.samples import a_message


def test_a_repeat_that_is_kept_at_the_same_moment_replaces_itself(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    message = a_message()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(spool.keep, [message] * 200))
    found: list[InboundMessage] = []
    assert spool.count() == 1
    assert spool.drain(found.append) == 1
    assert found == [message]
    assert [path.name for path in (tmp_path / "spool").iterdir()] == []
