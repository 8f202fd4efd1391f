"""The configuration key DEBUG of a Flask app is set

`app.config["DEBUG"] = True` is `app.debug = True` by another name: what a later `app.run()` starts the debugger with.

Bad:

    app.config["DEBUG"] = True
    app.run()

Good:

    app.config["DEBUG"] = os.environ.get("FLASK_DEBUG") == "1"
    app.run()

Found are assignments to the key, `app.config.update(DEBUG=True)`, `update({"DEBUG": True})` and `from_mapping(…)`, also
where the run reads it back, as in `app.run(debug=app.config["DEBUG"])`. Not `setdefault`: the key always exists
(flask/app.py, `default_config`), so it changes nothing. Other keys (`debug`, `FLASK_DEBUG`) have no effect.

The fix is safe where a run of the same app passes no `debug` of its own, unsafe where no run is in view, and nothing
is reported where every run passes one: the argument outweighs the configuration (Flask 0.10 to 3.1, `Flask.run` in
flask/app.py). Files of tests are left alone.

Suppress with `# deflask: ignore[DF104]`.

References: CWE-489; Flask's documentation on configuration handling; OWASP Top 10 2025 A02.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deflask.detect.entry_points import triggers
from deflask.detect.gate import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deflask.detect.module import Module
    from deflask.rules._hit import Hit

CODE = "DF104"
TRIGGERS = (*triggers("DF101"), *triggers("DF102"), (KEY,))
DEFAULT = True
FLAGGED = True


def check(module: Module) -> Iterator[Hit]:
    """Configuration keys that switch an app's debug mode on."""
    from deflask.rules._judge import hits

    return hits(module, CODE)
