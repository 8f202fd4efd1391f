"""Whether a file has to do with Flask: where none of a project does, nothing is proved to be an app."""

from __future__ import annotations

import re

from deflask.detect.runs_written import FLAG_LETTERS, has_named_run

# On a line that imports: Flask or an extension, or what starts its server without a word of it. What else the tables
# know comes with one of them, or is run with its flag.
_IMPORTED = re.compile(
    rb"[fF]lask|(?:import|from) (?:eve|(?:jupyter_)?dash(?:_extensions)?)(?!\w)|(?<!\w)(?:connexion|werkzeug)(?!\w)"
)
# Every file of a run is searched for them, and those that hold one are read: so they are few, and such as hardly stand
# anywhere else.
LETTERS = (
    *FLAG_LETTERS,
    *(b"FLASK_", b"lask", b"connexion", b"werkzeug"),
    *(b"import eve", b"from eve", b"import dash", b"from dash", b"jupyter_dash"),
)
"""Letters of which every file holds one that has to do with Flask, or says it itself."""


def says_it_itself(data: bytes) -> bool:
    """Whether a file gives reason to judge it where nothing of its project has to do with Flask.

    It has a run with its flag, or a variable of Flask's.
    """
    return b"FLASK_" in data or has_named_run(data)


def mentions(data: bytes) -> bool:
    """Whether a line of a file that imports something names what can start Flask's server."""
    at = data.find(b"import")
    while at >= 0:
        end = data.find(b"\n", at)
        end = end if end >= 0 else len(data)
        if _IMPORTED.search(data, data.rfind(b"\n", 0, at) + 1, end):
            return True
        at = data.find(b"import", end)
    return False
