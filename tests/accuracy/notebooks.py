"""Where a line of a notebook's cell stands in the notebook's file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path


@cache
def line_in_file(notebook: Path, cell: int, line: int) -> int:
    """The line of the JSON text that holds a line of a cell, both counted from 1, all cells counted."""
    text = notebook.read_text(encoding="utf-8")
    strings = _strings(text)
    for number, content in enumerate(json.loads(text)["cells"], start=1):
        position = 0
        for source in [content["source"]] if isinstance(content["source"], str) else content["source"]:
            below = next(below for below, string in strings if string == source)
            position += len(source.splitlines())
            if number == cell and position >= line:
                return below
    raise ValueError(f"{notebook} has no line {line} in cell {cell}")


def _strings(text: str) -> Iterator[tuple[int, str]]:
    """The lines of the JSON text that end in a string, with that string."""
    for below, line in enumerate(text.splitlines(), start=1):
        string = line.strip().removeprefix('"source": ').rstrip(",")
        if len(string) > 1 and string[0] == string[-1] == '"':
            try:
                yield below, json.loads(string)
            except ValueError:
                continue
