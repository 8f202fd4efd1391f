"""A configuration whose DEBUG is on is loaded

`app.config.from_object("config.Config")` copies every upper-case name of a class or module into the configuration, and
`DEBUG = True` among them is what a later `app.run()` starts the debugger with.

Bad:

    class Config:
        DEBUG = True

    app.config.from_object(Config)

Good:

    class Config:
        DEBUG = os.environ.get("FLASK_DEBUG") == "1"

Found is what the program really loads when nothing is set: through names, strings (`"config.Config"`), instances,
`from_object(__name__)`, `from_pyfile("settings.cfg")`, dictionaries of configurations and environment variables with a
default (`config[os.environ.get("MODE", "development")]`), across the modules of the project. A `DEBUG` in a JSON file
(`from_file`, `from_json`) is reported, and left to you.

A class or module that is named for development or tests is never edited: it says what it is for. There the finding is
the choice: its default becomes the key of the production configuration where the same dictionary has one that is off
(unsafe, since the program starts with another configuration), else the choice is yours.

Nothing is reported where every run in view passes a `debug` of its own, and in files of tests.

Suppress with `# deflask: ignore[DF107]`.

References: CWE-489; Flask's documentation on configuration handling; OWASP Top 10 2025 A02.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deflask.detect.entry_points import triggers
from deflask.detect.gate import START

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deflask.detect.module import Module
    from deflask.rules._hit import Hit

CODE = "DF107"
TRIGGERS = (
    *triggers("DF101"),
    *triggers("DF102"),
    *((word, b"config") for word in (b"from_object", b"from_pyfile", b"from_file", b"from_json", START)),
)
DEFAULT = True
FLAGGED = True


def check(module: Module) -> Iterator[Hit]:
    """Loads of configurations that switch debug mode on."""
    from deflask.rules._judge import hits

    return hits(module, CODE)
