"""Whether a file has to do with what the tables know: where none of a project does, nothing is proved to be an app."""

from __future__ import annotations

import re

from deflask.detect.entry_points import modules
from deflask.detect.runs_written import FLAGS, has_named_run

_FLASK = (b"flask", b"Flask", b"FLASK")


def _forms(module: str) -> list[str]:
    """How an import names a module, as nearly everybody writes it."""
    package, _, name = module.partition(".")
    within = [f"from {package} import {name}"] if name else []
    return [f"import {module}", f"from {module}", f", {module}", *within]


_OTHERS = [form.encode() for module in modules() if "flask" not in module for form in _forms(module)]
_IMPORTED = re.compile(b"|".join((*_FLASK, *(re.escape(form) + rb"(?!\w)" for form in _OTHERS))))
LETTERS = (*FLAGS, *_FLASK, *_OTHERS)
"""Letters of which every file holds one that has to do with it, or says it itself."""


def says_it_itself(data: bytes) -> bool:
    """Whether a file gives reason to judge it where nothing of its project has to do with what the tables know.

    It has a run with its flag, or a variable of Flask's.
    """
    return b"FLASK_" in data or has_named_run(data)


def mentions(data: bytes) -> bool:
    """Whether a line that imports something names Flask, an extension of it, or another package of the tables."""
    at = data.find(b"import")
    while at >= 0:
        end = data.find(b"\n", at)
        end = end if end >= 0 else len(data)
        if _IMPORTED.search(data, data.rfind(b"\n", 0, at) + 1, end):
            return True
        at = data.find(b"import", end)
    return False
