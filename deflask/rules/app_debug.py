"""The debug mode of a Flask app is assigned

`app.debug = True` is what a later `app.run()` starts the debugger with.

Bad:

    app.debug = True
    app.run()

Good:

    app.debug = os.environ.get("FLASK_DEBUG") == "1"
    app.run()

The fix is safe where a run of the same app passes no `debug` of its own, unsafe where no run is in view, and nothing
is reported where every run passes one: the argument outweighs the attribute (Flask 0.10 to 3.1, `Flask.run` in
flask/app.py). Tests set the attribute for good reasons, so files of tests are left alone.

From Flask 1.0 on `run()` reads FLASK_DEBUG itself after the assignment.

Suppress with `# deflask: ignore[DF103]`.

References: CWE-489; CodeQL py/flask-debug; OWASP Top 10 2025 A02.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deflask.detect.entry_points import triggers
from deflask.detect.gate import ATTRIBUTE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deflask.detect.module import Module
    from deflask.rules._hit import Hit

CODE = "DF103"
TRIGGERS = (*triggers("DF101"), *triggers("DF102"), (ATTRIBUTE,))
DEFAULT = True
FLAGGED = True


def check(module: Module) -> Iterator[Hit]:
    """Assignments that switch an app's debug mode on."""
    from deflask.rules._judge import hits

    return hits(module, CODE)
