"""A Flask app is run when its module is imported

A `run` at module level blocks whoever imports the module: gunicorn and waitress never get to serve it, and tools that
only want to look at the app start a development server.

Bad:

    app.run()

Good:

    if __name__ == "__main__":
        app.run()

Off by default, since it is no debugger: select it with `--extend-select DF111`. A run whose debug mode is on gets the
same guard from run-debug.

Suppress with `# deflask: ignore[DF111]`.

References: Flask's documentation on deploying under mod_wsgi asks for the same guard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deflask.detect.entry_points import triggers
from deflask.detect.gate import START

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deflask.detect.module import Module
    from deflask.rules._hit import Hit

CODE = "DF111"
TRIGGERS = (*triggers("DF101"), (START,))
DEFAULT = False
FLAGGED = False


def check(module: Module) -> Iterator[Hit]:
    """Runs of Flask apps that an import starts."""
    from deflask.rules._import_time import check as runs

    return runs(module)
