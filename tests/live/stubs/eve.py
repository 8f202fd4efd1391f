"""Eve: a subclass of Flask that inherits `run`."""

from __future__ import annotations

from typing import Any

from flask import Flask


class Eve(Flask):
    """Takes options of its own."""

    def __init__(self, import_name: str = "__main__", **options: Any) -> None:
        super().__init__(import_name)
