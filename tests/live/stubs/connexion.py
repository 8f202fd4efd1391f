"""Connexion 2: the flag can be given to the application or to `run`."""

from __future__ import annotations

from typing import Any

from flask import Flask


class FlaskApp:
    """Reads no specification."""

    def __init__(
        self,
        name: str,
        port: int | None = None,
        server: str | None = None,
        debug: bool | None = None,
        host: str | None = None,
        **options: Any,
    ) -> None:
        self.app = Flask(name)
        self.server = server
        self.port, self.debug, self.host = port, debug, host

    def add_api(self, specification: str, **options: Any) -> None:
        pass

    def run(
        self,
        port: int | None = None,
        server: str | None = None,
        debug: bool | None = None,
        host: str | None = None,
        **options: Any,
    ) -> None:
        self.debug = self.debug if debug is None else debug
        if (server or self.server or "flask") != "flask":
            return  # tornado and gevent have no debugger
        self.app.run(host or self.host or "0.0.0.0", port or self.port, debug=self.debug, **options)


App = FlaskApp
