"""TOML, by the standard library where it has it."""

from __future__ import annotations

import sys
from typing import Any


def parse_toml(data: bytes) -> dict[str, Any]:
    """A TOML document. Raises ValueError."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(data.decode("utf-8"))
