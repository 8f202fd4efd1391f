"""Words that speak of configuration, a host, a file, or a mode for debugging, development or production."""

from __future__ import annotations

import ast
import re

_TELLING = re.compile(
    r"debug|(?:^|[^a-z])(?:dev|prod)(?:$|[^a-z])|develop|production|staging|config|setting|environ|host|"
    r"(?:^|_)env(?:$|_)|exists|is_?file|is_?dir|^open$|read_?text|read_?bytes",
    re.IGNORECASE,
)
_LONGEST_WORD = 100
"""Characters: what is longer names nothing."""


def telling(node: ast.expr) -> bool:
    """Whether a name, attribute, key or call in an expression speaks of configuration, a host, a file or a mode."""
    for part in ast.walk(node):
        word = getattr(part, "id", None) or getattr(part, "attr", None) or getattr(part, "value", None)
        if isinstance(word, str) and len(word) <= _LONGEST_WORD and _TELLING.search(word):
            return True
    return False
