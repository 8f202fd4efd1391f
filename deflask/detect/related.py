"""Whether a file has to do with what the tables know: where none of a project does, nothing is proved to be an app."""

from __future__ import annotations

import re

from deflask.detect.entry_points import triggers

_FLASK = (b"flask", b"Flask", b"FLASK")
_RULES = ("DF101", "DF102", "DF105")
_OTHERS = tuple(
    sorted(
        {
            # The longest first; of two that are equally long the name of the class.
            tuple(sorted(words, key=lambda word: (-len(word), word)))
            for rule in _RULES
            for words in triggers(rule)
            if not any(letters in word for word in words for letters in _FLASK)
        }
    )
)
LETTERS = (*_FLASK, *sorted({words[0] for words in _OTHERS}))
"""Letters of which every file holds one that has to do with it."""


# Flask or an extension of it, on one logical line with a word for importing.
_IMPORT = re.compile(rb"(?:import|from)(?:[^\n\\]|\\\n?)*flask", re.IGNORECASE)


def mentions(data: bytes) -> bool:
    """Whether a file imports Flask or an extension of it, or names something else that the tables know."""
    if any(letters in data for letters in _FLASK) and _IMPORT.search(data):
        return True
    return any(all(word in data for word in words) and all(_stands(word, data) for word in words) for words in _OTHERS)


def _stands(word: bytes, data: bytes) -> bool:
    return re.search(rb"(?<!\w)" + word + rb"(?!\w)", data) is not None
