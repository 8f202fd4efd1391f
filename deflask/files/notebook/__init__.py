"""Notebooks: their code cells as one Python source, and the changed source back into the JSON, whose layout stays."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deflask.files.source import Source

SUFFIX = ".ipynb"
ESCAPED = b"\\u00"
"""How a letter begins that JSON need not escape, and so hides from whoever looks for words."""
# A line end with the border between two strings of a list, the letters that need no escape, any other escape.
_ESCAPE = re.compile(rb'\\(?:n"\s*,\s*"|u00([0-7][0-9a-fA-F])|(["\\/])|.)', re.DOTALL)


def parse_file(data: bytes, path: str) -> Source:
    """Read a file of either kind as Python. Raises SourceError with the cause."""
    # Most runs meet nothing that is worth being parsed, and hardly any a notebook.
    from deflask.files.source import parse

    if not path.endswith(SUFFIX):
        return parse(data, path)
    from dataclasses import replace

    from deflask.files.notebook.python import to_python

    notebook = to_python(data)
    return replace(parse(notebook.source, path), notebook=notebook)


def searchable(data: bytes, path: str) -> bytes:
    """The bytes in which the gate looks for words: JSON hides quotes, and the letter of an escape joins a word."""
    return _ESCAPE.sub(_plain, data) if path.endswith(SUFFIX) else data


def _plain(escape: re.Match[bytes]) -> bytes:
    code, literal = escape.groups()
    if code is not None:
        return bytes([int(code, 16)])
    return literal or b"\n"
