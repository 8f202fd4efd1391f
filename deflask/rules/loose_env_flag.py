"""Any text in an environment variable switches the debugger on

`debug=os.environ.get("DEBUG")` is off when nothing is set, but every text is true: `DEBUG=0` and `DEBUG=False` switch
the debugger on.

Bad:

    app.run(debug=os.environ.get("DEBUG"))

Good:

    app.run(debug=os.environ.get("DEBUG") == "1")

Off by default, since with nothing set it is off: select it with `--extend-select DF112`. The fix is unsafe: whoever
sets `DEBUG=true` today must set `DEBUG=1`.

Suppress with `# deflask: ignore[DF112]`.

References: CWE-489; Flask's own reading of FLASK_DEBUG counts "0", "false" and "no" as off (flask/helpers.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deflask.detect.entry_points import triggers
from deflask.detect.gate import RUN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deflask.detect.module import Module
    from deflask.rules._hit import Hit

CODE = "DF112"
TRIGGERS = (*triggers("DF101"), *triggers("DF102"), *triggers("DF105"), (RUN,))
DEFAULT = False
FLAGGED = True


def check(module: Module) -> Iterator[Hit]:
    """Flags that are the bare text of an environment variable."""
    from deflask.rules._loose import check as loose

    return loose(module)
