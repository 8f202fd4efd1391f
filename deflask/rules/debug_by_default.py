"""Debug mode is on unless something switches it off

A flag that asks the environment or an option, and is on when nobody answers, starts the debugger wherever nobody
thought of setting it: in production, above all.

Bad:

    app.run(debug=os.environ.get("DEBUG", "1") == "1")

Good:

    app.run(debug=os.environ.get("DEBUG", "0") == "1")

Only the default changes; the words that the program accepts stay as they are. The same goes for the default of a
library that reads the environment (python-decouple, environs, pydantic-settings), which becomes `False`. Both fixes are
safe: whoever sets the variable notices nothing.

The default of an option (argparse, optparse, click, typer) or of a parameter (`def main(debug=True)`) becomes
`os.environ.get("FLASK_DEBUG") == "1"`. That is unsafe: other callers get the new default, too.

Where any text is true (`os.environ.get("DEBUG", True)`: even `DEBUG=0` is on) the flag becomes
`os.environ.get("DEBUG") == "1"`, and where only one text is off (`os.environ.get("ENV") != "production"`) it becomes
`os.environ.get("FLASK_DEBUG") == "1"`. Both are unsafe, and the reason names what no longer switches debug mode on.

Suppress with `# deflask: ignore[DF106]`.

References: CWE-489; CWE-1188 (insecure default initialization of a resource); OWASP Top 10 2025 A02.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deflask.rules._triggers import SWITCHES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deflask.detect.module import Module
    from deflask.rules._hit import Hit

CODE = "DF106"
TRIGGERS = SWITCHES
DEFAULT = True
FLAGGED = True


def check(module: Module) -> Iterator[Hit]:
    """Flags that read something that is not set, and are on all the same."""
    from deflask.rules._judge import hits

    return hits(module, CODE)
