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

import ast
from collections.abc import Iterator

from deflask.detect.entry_points import triggers
from deflask.detect.flags import flags
from deflask.detect.module import Module
from deflask.detect.values import environment
from deflask.model import Applicability, EditKind, Truth
from deflask.rules._hit import Change, Hit
from deflask.rules._switches import called

CODE = "DF112"
TRIGGERS = (*triggers("DF101"), *triggers("DF102"), *triggers("DF105"), (b"run", b"debug"), (b"run_server", b"debug"))
DEFAULT = False


def check(module: Module) -> Iterator[Hit]:
    """Flags that are the bare text of an environment variable."""
    for rule in ("DF101", "DF102", "DF105"):
        for flag in flags(module, rule):
            value = flag.value
            variable = _variable(value, module) if value is not None else None
            if value is None or variable is None or module.evaluate(value).truth is not Truth.OFF:
                continue
            yield Hit(
                node=flag.call,
                message=f"`{called(flag.call)}` is in debug mode for any text in {variable}, 0 and False too",
                changes=(Change(EditKind.VALUE, value, variable),),
                applicability=Applicability.UNSAFE,
                reason=f"{variable}=true would no longer switch it on, only {variable}=1",
                doubts=module.reached(flag.call).doubts,
                notes=(f"only {variable}=1 switches debug on now",),
            )


def _variable(value: ast.expr, module: Module) -> str | None:
    """The variable whose text is taken for a truth value, as it is or through `bool()`."""
    value = module.names.written(value)
    if isinstance(value, ast.Call) and module.names.qualified(value.func) == "builtins.bool" and len(value.args) == 1:
        value = value.args[0]
    if not isinstance(value, ast.Call):
        return None
    name = environment.read_name(value, module.names)
    known = module.evaluate(name).value if name is not None else None
    return known if isinstance(known, str) else None
