"""Whether the gateway lives, whether it is ready, and figures for Prometheus."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from gateway.runtime import Runtime
from storage import deadlines, messages, outbox
from storage.errors import DatabaseError

#: A heartbeat older than this, in seconds, means that deadlines are not looked at.
OLDEST_BEAT = 10.0


def blueprint(runtime: Runtime) -> Blueprint:
    """/healthz, /readyz and /metrics."""
    health = Blueprint("health", __name__)
    metrics = CollectorRegistry()
    metrics.register(Figures(runtime))

    @health.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @health.get("/readyz")
    def readyz() -> tuple[Response, int]:
        found = problems(runtime)
        return jsonify(ready=not found, problems=found), 503 if found else 200

    @health.get("/metrics")
    def show_metrics() -> Response:
        if not _may_read_metrics(runtime):
            return Response("not found\n", 404, mimetype="text/plain")
        return Response(generate_latest(metrics), content_type="text/plain; version=0.0.4; charset=utf-8")

    return health


def problems(runtime: Runtime) -> list[str]:
    """Sentences about what keeps the gateway from doing its work; empty when it is ready."""
    found = []
    if not runtime.engine.running:
        found.append("the engine does not run")
    last = runtime.heartbeat.last_beat
    if last is None or runtime.clock.monotonic() - last > max(OLDEST_BEAT, 3 * runtime.settings.heartbeat_seconds):
        found.append("the heartbeat does not beat: deadlines are not looked at")
    try:
        with runtime.database.reading() as connection:
            messages.count_verdicts(connection)
    except DatabaseError as error:
        found.append(str(error))
    if waiting := runtime.spool.count():
        found.append(f"{waiting} texts are on the spool and wait for the database")
    return found


def _may_read_metrics(runtime: Runtime) -> bool:
    """With the operator's token, or from this machine where none is set."""
    token = runtime.settings.secrets.operator_token.get_secret_value()
    if not token:
        return request.remote_addr in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers
    given = request.headers.get("Authorization", "")
    return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


class Figures(Collector):
    """Counts rows when Prometheus asks; nothing is counted twice."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def collect(self) -> list[GaugeMetricFamily]:
        texts = GaugeMetricFamily("gridgate_texts", "Texts in the outbox by status.", labels=["status"])
        verdicts = GaugeMetricFamily("gridgate_messages", "Inbound texts by verdict.", labels=["verdict"])
        running = GaugeMetricFamily("gridgate_deadlines_running", "Deadlines that run.")
        late = GaugeMetricFamily("gridgate_deadlines_late", "Deadlines that should have been looked at already.")
        spooled = GaugeMetricFamily("gridgate_spool_texts", "Texts on the spool.", value=self._runtime.spool.count())
        with self._runtime.database.reading() as connection:
            for status, count in outbox.count_statuses(connection).items():
                texts.add_metric([status], count)
            for verdict, count in messages.count_verdicts(connection).items():
                verdicts.add_metric([verdict], count)
            counts = deadlines.count_running(connection, self._runtime.clock.utcnow())
        running.add_metric([], counts[0])
        late.add_metric([], counts[1])
        return [texts, verdicts, running, late, spooled]

    def describe(self) -> list[GaugeMetricFamily]:
        return []
