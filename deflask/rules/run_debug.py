"""A Flask app is run with the debugger on

`run` of a Flask application, or of a subclass of it, switches debug mode on although nothing asks for it. Debug mode
serves an interactive console with every error page: whoever reaches the page and knows or guesses the PIN runs code
on the server.

Bad:

    app.run(debug=True)

Good:

    if __name__ == "__main__":
        app.run(debug=os.environ.get("FLASK_DEBUG") == "1")

The flag is found as a keyword, as the third argument (the fourth of `Flask.run(app, …)`), in `**{"debug": True}`,
`**dict(debug=True)` and in a dictionary that is unpacked only here; true is what Python's `bool()` calls true, so
`debug="False"` is on. The argument outweighs `app.debug`, the configuration and FLASK_DEBUG (Flask 0.10 to 3.1,
`Flask.run` in flask/app.py).

After the fix only `FLASK_DEBUG=1` switches debug on, exactly as `flask run --debug` sets it: `FLASK_DEBUG=true` no
longer does, and a `.flaskenv` is loaded by `run` itself, too late for the argument. With `use_reloader=True` the
restarted child inherits what `.flaskenv` held and can switch the debugger on after all.

A receiver that only looks like a Flask app (`app.run(debug=True)` with `app` from elsewhere) is reported; its fix is
unsafe. So is that of an expression that reads the environment and is on when the variable is not set.

Suppress with `# deflask: ignore[DF101]`.

References: CWE-489; CWE-215; CodeQL py/flask-debug; Bandit B201; Ruff S201; OWASP Top 10 2025 A02.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deflask.detect.entry_points import triggers
from deflask.detect.gate import RUN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deflask.detect.module import Module
    from deflask.rules._hit import Hit

CODE = "DF101"
# A receiver that is not proved is reported only with the keyword.
TRIGGERS = (*triggers(CODE), (RUN,))
DEFAULT = True
FLAGGED = True


def check(module: Module) -> Iterator[Hit]:
    """Runs of Flask apps whose `debug` is on."""
    from deflask.rules._judge import hits

    return hits(module, CODE)
