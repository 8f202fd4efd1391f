"""Flask-SocketIO in its threading mode: `run` sets `app.debug` and runs the app without an argument for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask


class SocketIO:
    """Hands events to nobody."""

    def __init__(self, app: Flask | None = None, **options: Any) -> None:
        self.app = app

    def init_app(self, app: Flask, **options: Any) -> None:
        self.app = app

    def on(self, event: str, namespace: str | None = None) -> Callable[[Any], Any]:
        return lambda handler: handler

    def emit(self, event: str, *args: Any, **options: Any) -> None:
        pass

    def run(self, app: Flask, host: str | None = None, port: int | None = None, **options: Any) -> None:
        options.pop("allow_unsafe_werkzeug", None)
        app.debug = options.pop("debug", app.debug)
        options.setdefault("use_reloader", app.debug)
        app.run(host, port, threaded=True, **options)


def emit(event: str, *args: Any, **options: Any) -> None:
    """Nobody listens."""


send = join_room = leave_room = emit
