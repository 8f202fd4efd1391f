"""Werkzeug's debugger is put in front of an app

`use_debugger=True` starts the interactive console even where debug mode is off, and `DebuggedApplication(app,
evalex=True)` puts it in front of an app under any server, gunicorn and uWSGI included.

Bad:

    run_simple("localhost", 5000, app, use_debugger=True)
    app.wsgi_app = DebuggedApplication(app.wsgi_app, evalex=True)

Good:

    run_simple("localhost", 5000, app, use_debugger=os.environ.get("FLASK_DEBUG") == "1")
    app.wsgi_app = (
        DebuggedApplication(app.wsgi_app, evalex=True) if os.environ.get("FLASK_DEBUG") == "1" else app.wsgi_app
    )

Found are `use_debugger` in every `run` that hands it to Werkzeug, `run_simple` with the keyword or the fifth argument,
and `DebuggedApplication` with `evalex` on. The fix of a flag is safe; making the wrap conditional is unsafe, since
what else the wrapper does (logging of tracebacks) goes with it.

Suppress with `# deflask: ignore[DF105]`.

References: CWE-489; CVE-2019-14806 and CVE-2024-34069 show why the PIN is no defence; OWASP Top 10 2025 A02.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from deflask.detect.entry_points import triggers
from deflask.detect.flags import Flag, flags
from deflask.detect.module import Module
from deflask.model import Applicability, EditKind
from deflask.rules._hit import Change, Hit
from deflask.rules._judge import hits
from deflask.rules._switches import called

CODE = "DF105"
TRIGGERS = (*triggers(CODE), (b"use_debugger",))
DEFAULT = True

_ONLY_THERE = "the app would be wrapped only where {env}=1 is set"


def check(module: Module) -> Iterator[Hit]:
    """Debugger flags and wraps that are on."""
    yield from hits(module, CODE)
    for flag in flags(module, CODE):
        if flag.entry.flag == "evalex" and (hit := _wrap(flag, module)):
            yield hit


def _wrap(flag: Flag, module: Module) -> Hit | None:
    """The hit for a wrap; its edit stands on the whole call."""
    reached = module.reached(flag.call)
    if flag.value is None or not module.is_on(flag.value) or not reached.possible:
        return None
    wrapped = flag.call.args[0] if flag.call.args else None
    plain = isinstance(wrapped, (ast.Name, ast.Attribute, ast.Call))
    return Hit(
        node=flag.call,
        message=f"`{called(flag.call)}` puts Werkzeug's console in front of the app under any server, with nothing set",
        changes=(Change(EditKind.CONDITION, flag.call),) if plain else (),
        applicability=Applicability.UNSAFE if plain else Applicability.MANUAL,
        reason=_ONLY_THERE if plain else "what it wraps is not a name or a call that the other case could repeat",
        decided_at=module.evaluate(flag.value).decided_at,
        doubts=reached.doubts,
        notes=(_ONLY_THERE,),
    )
