"""Dash 2: `run` always has an opinion on debug, by argument or by DASH_DEBUG."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from flask import Flask


class Dash:
    """A page without a layout on a Flask app."""

    def __init__(self, name: str | None = None, server: Flask | bool = True, **options: Any) -> None:
        self.server = server if isinstance(server, Flask) else Flask(name or "__main__")
        self.layout: Any = None

    def callback(self, *args: Any, **options: Any) -> Callable[[Any], Any]:
        return lambda function: function

    def run(
        self,
        host: str = "127.0.0.1",
        port: int = 8050,
        proxy: str | None = None,
        debug: Any = None,
        dev_tools_hot_reload: bool | None = None,
        dev_tools_ui: bool | None = None,
        **options: Any,
    ) -> None:
        debug = os.environ.get("DASH_DEBUG", "false") == "true" if debug is None else debug
        self.server.run(host=host, port=port, debug=debug, **options)

    def run_server(self, *arguments: Any, **options: Any) -> None:
        """Dash 1.0 and older: port and debug come first."""
        if len(arguments) == 2 and isinstance(arguments[1], bool):
            self.run(port=arguments[0], debug=arguments[1], **options)
        else:
            self.run(*arguments, **options)


class _Components:
    """Every component there is, and does nothing."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *args, **options: None


html = dcc = _Components()
Input = Output = State = _Components().anything
