"""The web application: webhooks, health, metrics, and in the sandbox the phones. Making it starts nothing."""

from __future__ import annotations

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from gateway import health, phones, webhooks
from gateway.runtime import Runtime

#: Bytes of a request at most; a webhook never comes near it.
MAX_REQUEST_BYTES = 256 * 1024

#: On every response; pages add their own content policy.
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
}


def create_app(runtime: Runtime) -> Flask:
    """The application around a runtime."""
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES, MAX_FORM_PARTS=50)
    app.register_blueprint(webhooks.blueprint(runtime))
    app.register_blueprint(health.blueprint(runtime))
    if runtime.settings.sandbox:
        app.register_blueprint(phones.blueprint(runtime))

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    @app.errorhandler(HTTPException)
    def say_plainly(error: HTTPException) -> Response:
        response = Response(f"{error.code} {error.name}\n", error.code or 500, mimetype="text/plain")
        if isinstance(error.get_response().headers.get("Allow"), str):
            response.headers["Allow"] = error.get_response().headers["Allow"]
        return response

    return app
