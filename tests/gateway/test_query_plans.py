"""No turn of the engine reads a whole table that grows: a year of cases must not slow the next text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from gateway.items import Reported
from gateway.rehearsal import Rehearsal
from routing_rules.messages import DeliveryReport, DeliveryStatus

#: What grows with every text. Parked reports are few and live for a day; the registry is read when it changes.
GROWS = (
    "assignment", "case", "case_mark", "case_text", "contact", "contact_address", "deadline", "ledger", "message",
    "message_body", "outbox", "outbox_body", "question", "reply_code", "reporter",
)  # fmt: skip
#: Indices over the few rows that wait for something; walking along one of them from its beginning is the point.
WAITING_LINES = ("ix_message_waiting", "ix_outbox_next", "ix_outbox_queue", "ix_deadline_wake")


@pytest.fixture
def plans() -> Iterator[dict[str, list[str]]]:
    """How SQLite does each statement that runs from now on."""
    found: dict[str, list[str]] = {}

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if many or statement in found or not statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")):
            return
        rows = connection.connection.dbapi_connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        found[statement] = [row[3] for row in rows]

    event.listen(Engine, "before_cursor_execute", explain)
    yield found
    event.remove(Engine, "before_cursor_execute", explain)


def whole_tables(plan: list[str]) -> list[str]:
    scans = [re.match(r"SCAN (\w+)(?: AS \w+)?(?: USING (?:COVERING )?INDEX (\w+))?", step) for step in plan]
    return [scan[1] for scan in scans if scan and scan[1] in GROWS and scan[2] not in WAITING_LINES]


def test_no_turn_reads_a_whole_table_that_grows(tmp_path: Path, plans: dict[str, list[str]]) -> None:
    city = Rehearsal(f"sqlite:///{tmp_path}/x.db", start=datetime(2026, 8, 18, 1, 20, tzinfo=UTC))
    plans.clear()
    city.texts([(f"a{n}", "盐港西路83号三个烟囱日夜冒黑烟") for n in range(5)])
    city.texts([(f"b{n}", "路灯不亮了") for n in range(5)])
    city.texts([(f"b{n}", "盐港西路83号") for n in range(3)])
    city.wait(minutes=20)
    city.texts([("env", f"{city.code('env')}收"), ("zhushan", "123456转"), ("city", "单"), ("b1", "查"), ("b2", "催")])
    city.text("env", f"{city.code('env')}办 已到场,下达限期整改通知书")
    city.text("zhushan", f"{city.code('zhushan', '核查')}合格")
    city.text("a1", "3 还在冒")
    reports = [
        DeliveryReport(
            channel="simulator",
            external_id=f"sim-{n}",
            reference=reference,
            status=DeliveryStatus.DELIVERED,
            reported_at=city.clock.utcnow(),
        )
        for n, reference in enumerate((None, None, "3"), 1)
    ]
    city.engine.do_together([Reported(report) for report in reports])
    city.engine.known_external_ids("simulator", ["sim-1", "sim-2"])
    city.wait(days=3)
    city.close()
    reading = {statement: tables for statement, plan in plans.items() if (tables := whole_tables(plan))}
    assert reading == {}
    assert len(plans) > 50


@pytest.mark.parametrize(
    ("step", "tables"),
    [
        ("SCAN outbox", ["outbox"]),
        ("SCAN case USING INDEX ix_case_status", ["case"]),
        ("SCAN message USING INDEX ix_message_waiting", []),
        ("SEARCH outbox USING INDEX ix_outbox_contact (contact=?)", []),
        ("SCAN 3 CONSTANT ROWS", []),
    ],
)
def test_the_reader_of_plans_sees_a_whole_table(step: str, tables: list[str]) -> None:
    assert whole_tables([step]) == tables
