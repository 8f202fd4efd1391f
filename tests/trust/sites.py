"""Places that switch debug mode on, one or more of each rule, to be spliced into other programs."""

from __future__ import annotations

from dataclasses import dataclass

_FLASK = ("from flask import Flask", "site_app = Flask(__name__)")


@dataclass(frozen=True)
class Site:
    """A switch: statements that prepare it, and the one that is on. Four blanks stand for a step of indentation."""

    rule: str
    name: str
    before: tuple[str, ...]
    statement: str
    after: tuple[str, ...] = ()

    @property
    def statements(self) -> tuple[str, ...]:
        """All of it, in order."""
        return (*self.before, self.statement, *self.after)

    @property
    def is_simple(self) -> bool:
        """Whether it can stand on one line, between semicolons."""
        return not any("\n" in statement for statement in self.statements)

    @property
    def is_expression(self) -> bool:
        """Whether the switch itself is an expression, and can stand where any other can."""
        return self.statement.endswith(")") and not self.after and "\n" not in self.statement


SITES = (
    Site("DF101", "keyword", _FLASK, "site_app.run(debug=True)"),
    Site("DF101", "keyword among others", _FLASK, 'site_app.run("0.0.0.0", port = 80 , debug = (True), )  # now'),
    Site("DF101", "third", _FLASK, "site_app.run('h', 1, 1)"),
    Site("DF101", "text", _FLASK, "site_app.run(debug='no')"),
    Site("DF101", "dictionary", _FLASK, 'site_app.run(**{"debug": True, "port": 1})'),
    Site("DF101", "lines", _FLASK, "site_app.run(  # é\n    port=1,\n    # on\n    debug=True,  # 日本\n)"),
    Site("DF101", "backslashes", _FLASK, "site_app.run(port=1, \\\n    debug=\\\n    True)"),
    Site("DF101", "string of lines", _FLASK, 'site_app.run(host="""a\n  b\n""", debug=True)'),
    Site("DF101", "f-string of lines", _FLASK, "site_app.run(host=f'''{1\n = }\n''', debug=True)"),
    Site("DF101", "other letters", _FLASK, "größe = 'ü'; site_app.run('日本', debug=True)"),
    Site(
        "DF102",
        "socketio",
        ("from flask_socketio import SocketIO", *_FLASK),
        "SocketIO(site_app).run(site_app, debug=True)",
    ),
    Site("DF102", "dash", ("import dash", "site_board = dash.Dash(__name__)"), "site_board.run_server(debug=True)"),
    Site("DF103", "attribute", _FLASK, "site_app.debug = True", ("site_app.run()",)),
    Site("DF103", "setattr", _FLASK, 'setattr(site_app, "debug", True)', ("site_app.run()",)),
    Site("DF104", "key", _FLASK, 'site_app.config["DEBUG"] = True', ("site_app.run()",)),
    Site("DF104", "update", _FLASK, "site_app.config.update(DEBUG=True, TESTING=False)", ("site_app.run()",)),
    Site(
        "DF105",
        "run_simple",
        ("from werkzeug.serving import run_simple", *_FLASK),
        "run_simple('h', 1, site_app, True, True)",
    ),
    Site(
        "DF105",
        "wrap",
        ("from werkzeug.debug import DebuggedApplication", *_FLASK),
        "site_app.wsgi_app = DebuggedApplication(site_app.wsgi_app, evalex=True)",
    ),
    Site("DF106", "getenv", ("from os import getenv", *_FLASK), 'site_app.run(debug=getenv("SITE_DEBUG", "1") == "1")'),
    Site(
        "DF106",
        "environ",
        ("import os as site_os", *_FLASK),
        'site_app.run(debug=site_os.environ.get("SITE_DEBUG", True))',
    ),
    Site(
        "DF107",
        "class",
        (*_FLASK, "class SiteConfig:\n    PORT = 1\n    DEBUG = True"),
        "site_app.config.from_object(SiteConfig)",
        ("site_app.run()",),
    ),
    Site("DF108", "constant", (*_FLASK, "SITE_DEBUG = True"), "site_app.run(debug=SITE_DEBUG)"),
    Site("DF109", "forced", ("import os", *_FLASK), 'os.environ["FLASK_DEBUG"] = "1"', ("site_app.run()",)),
    Site(
        "DF110",
        "thread",
        ("import threading", *_FLASK),
        'threading.Thread(target=site_app.run, kwargs={"debug": True}).start()',
    ),
    Site("DF110", "partial", ("from functools import partial", *_FLASK), "partial(site_app.run, debug=True)()"),
    Site("DF111", "no flag", _FLASK, "site_app.run(port=1)"),
    Site("DF112", "any text", ("import os", *_FLASK), 'site_app.run(debug=os.environ.get("SITE_DEBUG"))'),
    Site(
        "DF101",
        "in a block",
        _FLASK,
        "with site_app.app_context():\n    if site_app:\n        site_app.run(debug=True)\n    else:\n        pass",
    ),
    Site("DF101", "in a function", _FLASK, "def site_main():\n    site_app.run(debug=True)", ("site_main()",)),
)
