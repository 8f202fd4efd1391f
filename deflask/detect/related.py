"""Whether a file has to do with what the tables know: where none of a project does, nothing is proved to be an app."""

from __future__ import annotations

import re

from deflask.detect.entry_points import triggers
from deflask.detect.runs_written import has_named_run
from deflask.detect.spelled import LEADS, holds_leads, plainly, stands

_FLASK = (b"flask", b"Flask", b"FLASK")
_RULES = ("DF101", "DF102", "DF105")
_OTHERS = tuple(
    sorted(
        {
            # The longest first; of two that are equally long the name of the class.
            tuple(sorted(words, key=lambda word: (-len(word), word)))
            for rule in _RULES
            for words in triggers(rule)
            if b"flask" not in words[0]
        }
    )
)
LETTERS = (b"ebug", *_FLASK, *sorted({words[0] for words in _OTHERS}), b"import_", *LEADS)
"""Letters of which every file holds one that has to do with it, or says it itself."""


# Flask or an extension of it, on one logical line with a word for importing.
_IMPORT = re.compile(rb"(?:import|from)(?:[^\n\\]|\\\n?)*flask", re.IGNORECASE)


def says_it_itself(data: bytes) -> bool:
    """Whether a file gives reason to judge it where nothing of its project has to do with what the tables know.

    It has a run with its flag, or a variable of Flask's.
    """
    return b"FLASK_" in data or has_named_run(data)


def mentions(data: bytes) -> bool:
    """Whether a file imports Flask or an extension of it, or names something else that the tables know."""
    if b"import_" in data or holds_leads(data):
        data += b"\n" + plainly(data)
    if any(letters in data for letters in _FLASK) and _IMPORT.search(data):
        return True
    return any(all(word in data for word in words) and all(stands(word, data) for word in words) for words in _OTHERS)
