"""PyWebIO on Flask: the debugger, but never with a console."""

from __future__ import annotations

from typing import Any

from flask import Flask


def start_server(applications: Any, port: int = 8080, host: str = "", debug: bool = False, **options: Any) -> None:
    """Serve the applications."""
    Flask("__main__").run(host=host, port=port, debug=debug, use_evalex=False)
