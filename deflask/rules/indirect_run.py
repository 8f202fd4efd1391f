"""A run that is handed on starts the debugger later

The `run` of a Flask app that a thread, a process, a `partial` or an executor will call is as much of a start as a call,
and its flag stands among other arguments.

Bad:

    Thread(target=app.run, kwargs={"debug": True, "use_reloader": False}).start()
    serve = partial(app.run, debug=True)

Good:

    Thread(target=app.run, kwargs={"debug": os.environ.get("FLASK_DEBUG") == "1", "use_reloader": False}).start()
    serve = partial(app.run, debug=os.environ.get("FLASK_DEBUG") == "1")

Found are `threading.Thread` and `Timer`, `multiprocessing.Process`, `functools.partial`, `submit`, `run_in_executor`,
`apply_async`, `asyncio.to_thread`, `atexit.register`, gevent's and eventlet's `spawn` and their like, with the
arguments written out as tuples, dictionaries or keywords. A name that is bound to the method (`r = app.run`) and then
called is an ordinary run. No guard is put round what only hands on.

Suppress with `# deflask: ignore[DF110]`.

References: CWE-489; OWASP Top 10 2025 A02.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deflask.rules._triggers import SWITCHES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deflask.detect.module import Module
    from deflask.rules._hit import Hit

CODE = "DF110"
TRIGGERS = SWITCHES
DEFAULT = True
FLAGGED = True


def check(module: Module) -> Iterator[Hit]:
    """Runs that something else will call, with a flag that is on."""
    from deflask.rules._judge import hits

    return hits(module, CODE)
