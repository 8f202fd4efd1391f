"""The program itself sets the variable that switches debug mode on

`os.environ["FLASK_DEBUG"] = "1"` makes the environment ask for the debugger wherever the program runs: Flask reads it
when the app is made and again in `run`, and so does every flag that deflask has rewritten.

Bad:

    os.environ["FLASK_DEBUG"] = "1"
    app.run()

Good:

    app.run()

Found are assignments to `os.environ`, `setdefault`, `putenv` and `update` of FLASK_DEBUG, with any text that Flask
takes for true, and of FLASK_ENV with "development" (Flask 1.0 to 2.2, flask/helpers.py; later versions ignore it).
Nothing is reported where every run in view passes a `debug` that the variable cannot reach, and in files of tests.

The fix removes the statement, with an import that it leaves unused in a file that no other file imports. It is unsafe:
who relies on the program to set the variable has to set it outside. Where something reads the variable back by
`os.environ["FLASK_DEBUG"]`, which would raise without it, the fix is left to you.

Suppress with `# deflask: ignore[DF109]`.

References: CWE-489; Flask's documentation on FLASK_DEBUG; OWASP Top 10 2025 A02.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deflask.detect.module import Module
    from deflask.rules._hit import Hit

CODE = "DF109"
TRIGGERS = ((b"FLASK_DEBUG",), (b"FLASK_ENV",))
DEFAULT = True
FLAGGED = True


def check(module: Module) -> Iterator[Hit]:
    """Statements that set FLASK_DEBUG or FLASK_ENV so that debug mode is on."""
    from deflask.rules._forced import check as statements

    return statements(module)
