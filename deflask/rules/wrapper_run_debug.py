"""A Flask app is run with the debugger on, through what wraps it

Flask-SocketIO, Dash, connexion 2, Flask-Script and PyWebIO have their own way to start the Flask app inside them and
hand the flag on, so the same interactive debugger starts.

Bad:

    socketio.run(app, debug=True)

Good:

    if __name__ == "__main__":
        socketio.run(app, debug=os.environ.get("FLASK_DEBUG") == "1")

Found are `SocketIO.run`, `Dash.run` and `Dash.run_server`, `FlaskApp.run` and `FlaskApp(debug=…)` of connexion 2
(whose host is every interface when none is given), `Server(use_debugger=…)` of Flask-Script and `start_server` of
`pywebio.platform.flask`. The Flask app inside a wrapper (`Dash().server`, `FlaskApp().app`) belongs to run-debug.

Dash looks at DASH_DEBUG only where no argument is given, so an explicit argument never listened to it. In the
threading mode of Flask-SocketIO `run` sets `app.debug` and lets Flask read FLASK_DEBUG again: there
`FLASK_DEBUG=true` or a `.flaskenv` can still switch the debugger on (Flask-SocketIO 5, `SocketIO.run`).

Suppress with `# deflask: ignore[DF102]`.

References: CWE-489; CWE-215; CodeQL py/flask-debug; OWASP Top 10 2025 A02.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deflask.detect.entry_points import triggers
from deflask.detect.gate import RUN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deflask.detect.module import Module
    from deflask.rules._hit import Hit

CODE = "DF102"
TRIGGERS = (*triggers(CODE), (RUN,))
DEFAULT = True
FLAGGED = True


def check(module: Module) -> Iterator[Hit]:
    """Starts of wrapped Flask apps whose flag is on."""
    from deflask.rules._judge import hits

    return hits(module, CODE)
