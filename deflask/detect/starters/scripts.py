"""The commands that an installed project brings: a module to import and a function of it to call."""

from __future__ import annotations

import configparser
import os
import re
from collections.abc import Iterator
from typing import Any

from deflask.files.toml import parse_toml

Entry = tuple[str, str]
"""A module and the attribute that is called."""

_REFERENCE = re.compile(r"\s*([\w.]+)\s*:\s*(\w+)")
_ASSIGNED = re.compile(r"[\"'\n]\s*[\w.-]+\s*=\s*([\w.]+)\s*:\s*(\w+)")
_TABLES = (("project", "scripts"), ("project", "gui-scripts"), ("tool", "poetry", "scripts"))
_KINDS = ("console_scripts", "gui_scripts")


def entries(path: str, data: bytes) -> list[Entry]:
    """The entry points that a file of a project declares; broken files declare none."""
    name = os.path.basename(path)
    text = data.decode("utf-8", "replace")
    if name == "pyproject.toml":
        references = _of_toml(data)
    elif name == "setup.cfg":
        references = _of_cfg(text)
    elif name == "setup.py" and any(kind in text for kind in _KINDS):
        return _ASSIGNED.findall(text)
    else:
        return []
    found = (_REFERENCE.match(reference) for reference in references)
    return [(match[1], match[2]) for match in found if match]


def _of_toml(data: bytes) -> Iterator[str]:
    try:
        document = parse_toml(data)
    except ValueError:
        return
    for path in _TABLES:
        table: Any = document
        for key in path:
            table = table.get(key) if isinstance(table, dict) else None
        yield from (value for value in (table.values() if isinstance(table, dict) else ()) if isinstance(value, str))


def _of_cfg(text: str) -> Iterator[str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    for kind in _KINDS:
        for line in parser.get("options.entry_points", kind, fallback="").split("\n"):
            yield line.partition("=")[2]
