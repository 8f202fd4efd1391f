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

from typing import TYPE_CHECKING

from deflask.detect.entry_points import triggers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deflask.detect.module import Module
    from deflask.rules._hit import Hit

CODE = "DF105"
TRIGGERS = (*triggers(CODE), (b"use_debugger",))
DEFAULT = True
FLAGGED = True


def check(module: Module) -> Iterator[Hit]:
    """Debugger flags and wraps that are on."""
    from deflask.rules._judge import hits
    from deflask.rules._wrap import wraps

    yield from hits(module, CODE)
    yield from wraps(module)
