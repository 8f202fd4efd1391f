"""A constant that is on switches the debugger on somewhere else

`DEBUG = True` at the top of a module, or in a module of settings, is harmless until a flag reads it.

Bad:

    DEBUG = True
    ...
    app.run(debug=DEBUG)

Good:

    DEBUG = os.environ.get("FLASK_DEBUG") == "1"
    ...
    app.run(debug=DEBUG)

The edit stands at the definition where nothing in the project reads the constant but flags that switch debug mode on;
the finding is one, however many flags there are. Where something else reads it, too (templates, logging, other
frameworks), each flag becomes `os.environ.get("FLASK_DEBUG") == "1"` and the constant stays.

Suppress with `# deflask: ignore[DF108]`, at the constant or at a flag.

References: CWE-489; OWASP Top 10 2025 A02.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deflask.rules._triggers import SWITCHES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deflask.detect.module import Module
    from deflask.rules._hit import Hit

CODE = "DF108"
TRIGGERS = SWITCHES
DEFAULT = True
FLAGGED = True


def check(module: Module) -> Iterator[Hit]:
    """Flags that a constant switches on."""
    from deflask.rules._judge import hits

    return hits(module, CODE)
