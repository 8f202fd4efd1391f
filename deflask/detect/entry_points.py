"""The callables that can switch a debugger on, and those that only look like them.

Names are qualified as the code reaches them: `flask.Flask` is the class, `flask.Flask().run` the method of an
instance, `flask.Flask.run` the function that takes the instance first. Adding one is adding a row.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """A call whose flag switches a debugger on.

    `position` counts from 0 in the call as written; None where the flag is only a keyword. `serves` tells a call that
    blocks and serves from one that only prepares. `host` is the position of the host, None where there is none to see.
    """

    rule: str
    flag: str
    position: int | None = None
    serves: bool = True
    host: int | None = 0
    public: bool = False
    """Whether the host is every interface when none is given."""
    passes_debug: bool = True
    """Whether the flag is the app's debug mode, so that giving it outweighs `app.debug`."""
    overruled: bool = False
    """Whether FLASK_DEBUG is read after the flag and outweighs it."""


# Other names of a class, and subclasses of Flask that inherit `run` or keep its order of arguments.
CLASSES = {
    "flask.app.Flask": "flask.Flask",
    "apiflask.APIFlask": "flask.Flask",
    "apiflask.app.APIFlask": "flask.Flask",
    "flask_openapi3.OpenAPI": "flask.Flask",
    "flask_openapi3.openapi.OpenAPI": "flask.Flask",
    "eve.Eve": "flask.Flask",
    "eve.flaskapp.Eve": "flask.Flask",
    "superset.app.SupersetApp": "flask.Flask",
    "flask_unchained.FlaskUnchained": "flask.Flask",
    "flask_unchained.flask_unchained.FlaskUnchained": "flask.Flask",
    "flask_socketio.SocketIO": "flask_socketio.SocketIO",
    "dash.dash.Dash": "dash.Dash",
    "connexion.App": "connexion.FlaskApp",
    "connexion.apps.flask_app.FlaskApp": "connexion.FlaskApp",
    "connexion.apps.flask.FlaskApp": "connexion.FlaskApp",
    "flask_script.commands.Server": "flask_script.Server",
    "flask.ext.script.Server": "flask_script.Server",
}

# Attributes that are a Flask app, and instances that other packages export.
INSTANCES = {
    "dash.Dash().server": "flask.Flask",
    "connexion.FlaskApp().app": "flask.Flask",
    "mlflow.server.app": "flask.Flask",
    "flask.current_app": "flask.Flask",
}

FUNCTIONS = {
    "werkzeug.run_simple": "werkzeug.serving.run_simple",
    "werkzeug.DebuggedApplication": "werkzeug.debug.DebuggedApplication",
}

ENTRY_POINTS: dict[str, tuple[EntryPoint, ...]] = {
    "flask.Flask().run": (
        EntryPoint("DF101", "debug", 2),
        EntryPoint("DF105", "use_debugger", passes_debug=False),
    ),
    "flask.Flask.run": (
        EntryPoint("DF101", "debug", 3, host=1),
        EntryPoint("DF105", "use_debugger", host=1, passes_debug=False),
    ),
    "flask_socketio.SocketIO().run": (
        EntryPoint("DF102", "debug", host=1, overruled=True),
        EntryPoint("DF105", "use_debugger", host=1, passes_debug=False),
    ),
    "dash.Dash().run": (
        EntryPoint("DF102", "debug", 3),
        EntryPoint("DF105", "use_debugger", passes_debug=False),
    ),
    "dash.Dash().run_server": (
        EntryPoint("DF102", "debug", 3),
        EntryPoint("DF105", "use_debugger", passes_debug=False),
    ),
    "connexion.FlaskApp().run": (
        EntryPoint("DF102", "debug", 2, host=3, public=True),
        EntryPoint("DF105", "use_debugger", host=3, public=True, passes_debug=False),
    ),
    "connexion.FlaskApp": (EntryPoint("DF102", "debug", serves=False, host=None),),
    "flask_script.Server": (EntryPoint("DF102", "use_debugger", 2, serves=False),),
    "pywebio.platform.flask.start_server": (EntryPoint("DF102", "debug", 10, host=2, passes_debug=False),),
    "werkzeug.serving.run_simple": (EntryPoint("DF105", "use_debugger", 4, passes_debug=False),),
    "werkzeug.debug.DebuggedApplication": (
        EntryPoint("DF105", "evalex", 1, serves=False, host=None, passes_debug=False),
    ),
}

# Their `run(debug=True)` starts no Flask debugger. The standard library needs no row.
NOT_FLASK = frozenset(
    "aiohttp anyio blacksheep bokeh bottle celery cherrypy click discord falcon fastapi fire flet gevent gradio "
    "hug hypercorn japronto kivy litestar microdot molten muffin nicegui panel picoweb prefect pyramid quart "
    "robyn sanic shiny socketify sanic_ext starlette starlite streamlit textual tornado trio twisted typer "
    "uvicorn uvloop vibora waitress".split()
)


def canonical(name: str) -> str:
    """The name under which the tables know a class, a function or what is reached through one."""
    head, mark, rest = name.partition("()")
    head = CLASSES.get(head, FUNCTIONS.get(head, head))
    if not mark:
        return head if head in CLASSES.values() else _method(head)
    return head + mark + rest


def is_known(name: str) -> bool:
    """Whether a class, function or instance is in the tables."""
    known = canonical(name)
    return known in ENTRY_POINTS or known in INSTANCES or known in CLASSES.values()


def _method(name: str) -> str:
    owner, _, method = name.rpartition(".")
    return f"{CLASSES[owner]}.{method}" if owner in CLASSES else name


def triggers(rule: str) -> tuple[tuple[bytes, ...], ...]:
    """What a file must contain, one of these sets of words, for a rule's calls on proved receivers to be in it."""
    owners = {name.partition("()")[0] for name, rows in ENTRY_POINTS.items() if any(row.rule == rule for row in rows)}
    aliases = {alias for table in (CLASSES, FUNCTIONS) for alias, name in table.items() if name in owners}
    exports = {name.partition("()")[0] for name, kind in INSTANCES.items() if kind in owners}
    names = owners | aliases | exports
    reached = {name.removesuffix(".run") for name in names}
    # Whatever is imported is named together with the package that it comes from.
    return tuple(sorted((name.partition(".")[0].encode(), name.rpartition(".")[2].encode()) for name in reached))
