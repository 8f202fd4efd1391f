"""Flask-Script: commands by name; with no argument it lists them and ends."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from flask import Flask


class Server:
    """The command `runserver`."""

    def __init__(
        self, host: str = "127.0.0.1", port: int = 5000, use_debugger: Any = None, use_reloader: Any = None, **rest: Any
    ) -> None:
        self.host, self.port, self.use_debugger, self.use_reloader = host, port, use_debugger, use_reloader

    def __call__(self, app: Flask) -> None:
        debugger = app.debug if self.use_debugger is None else self.use_debugger
        reloader = debugger if self.use_reloader is None else self.use_reloader
        app.run(self.host, self.port, debug=debugger, use_debugger=debugger, use_reloader=reloader)


class Manager:
    """The program's commands."""

    def __init__(self, app: Flask | Callable[[], Flask]) -> None:
        self.app = app
        self.commands: dict[str, Callable[[Flask], Any]] = {"runserver": Server()}

    def add_command(self, name: str, command: Callable[[Flask], Any]) -> None:
        self.commands[name] = command

    def command(self, function: Callable[[], Any]) -> Callable[[], Any]:
        self.commands[function.__name__] = lambda app: function()
        return function

    def run(self, commands: Any = None, default_command: str | None = None) -> None:
        name = default_command if len(sys.argv) < 2 else sys.argv[1]
        if name is None:
            print("\n".join(self.commands))
            raise SystemExit(2)
        self.commands[name](self.app if isinstance(self.app, Flask) else self.app())
