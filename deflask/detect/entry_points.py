"""The callables that can switch a debugger on, and those that only look like them.

Names are qualified as the code reaches them: `flask.Flask` is the class, `flask.Flask().run` the method of an
instance, `flask.Flask.run` the function that takes the instance first. Adding one is adding a row.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unless:
    """An argument that shows a call to be another one than the entry point: of another version, with another server.

    It counts when it is given at all; with `values`, when it is one of them; with `text`, when it is a text that is no
    number.
    """

    keyword: str
    position: int | None = None
    values: frozenset[str] = frozenset()
    text: bool = False


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """A call whose flag switches a debugger on.

    `position` counts from 0 in the call as written; None where the flag is only a keyword. `serves` tells a call that
    blocks and serves from one that only prepares. `host` is the position of the host, None where there is none to see.
    `older` is the position that the flag had in older versions, in a call of at most so many positional arguments: it
    counts where a truth value stands there.
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
    older: tuple[int, int] | None = None
    unless: tuple[Unless, ...] = ()


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
    "superset.app.create_app": "flask.Flask",
    "flask_unchained.FlaskUnchained": "flask.Flask",
    "flask_unchained.flask_unchained.FlaskUnchained": "flask.Flask",
    "flask_socketio.SocketIO": "flask_socketio.SocketIO",
    "dash.dash.Dash": "dash.Dash",
    "dash_extensions.enrich.Dash": "dash.Dash",
    "dash_extensions.enrich.DashProxy": "dash.Dash",
    "connexion.App": "connexion.FlaskApp",
    "connexion.apps.flask_app.FlaskApp": "connexion.FlaskApp",
    "connexion.apps.flask.FlaskApp": "connexion.FlaskApp",
    "flask_script.commands.Server": "flask_script.Server",
}

# Attributes that are a Flask app, and instances that other packages export.
INSTANCES = {
    "dash.Dash().server": "flask.Flask",
    "jupyter_dash.JupyterDash().server": "flask.Flask",
    "jupyter_dash.jupyter_app.JupyterDash().server": "flask.Flask",
    "connexion.FlaskApp().app": "flask.Flask",
    "mlflow.server.app": "flask.Flask",
    "flask.current_app": "flask.Flask",
    "flask_appbuilder.AppBuilder().app": "flask.Flask",
    "flask_appbuilder.AppBuilder().get_app": "flask.Flask",
}

# Calls that give a pair, of which the first part is what the call is made for.
PAIRS = frozenset({"optparse.OptionParser().parse_args", "argparse.ArgumentParser().parse_known_args"})

FUNCTIONS = {
    "werkzeug.run_simple": "werkzeug.serving.run_simple",
    "werkzeug.DebuggedApplication": "werkzeug.debug.DebuggedApplication",
}

# Connexion 3 hands `run` on to uvicorn and raises TypeError on `debug`.
_CONNEXION_3 = (
    Unless("import_string", 0, text=True),
    *(Unless(name) for name in ("factory", "lifespan", "log_config", "log_level", "reload", "workers")),
)
# Connexion 2 starts Flask's server only where it is asked for no other.
_OTHER_SERVER = Unless("server", 1, values=frozenset({"aiohttp", "gevent", "tornado"}))

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
        EntryPoint("DF102", "debug", 3, older=(1, 3)),
        EntryPoint("DF105", "use_debugger", passes_debug=False),
    ),
    "connexion.FlaskApp().run": (
        EntryPoint("DF102", "debug", 2, host=3, public=True, unless=(*_CONNEXION_3, _OTHER_SERVER)),
        EntryPoint(
            "DF105",
            "use_debugger",
            host=3,
            public=True,
            passes_debug=False,
            unless=(*_CONNEXION_3, _OTHER_SERVER),
        ),
    ),
    "connexion.FlaskApp": (EntryPoint("DF102", "debug", serves=False, host=None, unless=(_OTHER_SERVER,)),),
    "flask_script.Server": (EntryPoint("DF102", "use_debugger", 2, serves=False),),
    "pywebio.platform.flask.start_server": (EntryPoint("DF102", "debug", 10, host=2, passes_debug=False),),
    "werkzeug.serving.run_simple": (EntryPoint("DF105", "use_debugger", 4, passes_debug=False),),
    "werkzeug.debug.DebuggedApplication": (
        EntryPoint("DF105", "evalex", 1, serves=False, host=None, passes_debug=False),
    ),
}

# Their `run(debug=True)` starts no Flask debugger. The standard library needs no row.
NOT_FLASK = frozenset(
    "aiohttp anyio blacksheep bokeh bottle celery cherrypy click discord django_plotly_dash engineio falcon fastapi "
    "fire flet gevent gradio hug hypercorn japronto jupyter_dash kivy litestar microdot molten muffin nicegui panel "
    "picoweb prefect pyramid quart robyn sanic sanic_ext shiny socketify socketio starlette starlite streamlit textual "
    "tornado trio twisted typer uvicorn uvloop vibora waitress".split()
)

# What they make has to do with a Flask app, but has no `run`: extensions, and what wraps a WSGI app.
WITHOUT_RUN = frozenset(
    "a2wsgi asgiref beaker flask_admin flask_appbuilder flask_cors flask_debugtoolbar flask_login flask_migrate "
    "flask_restful flask_restplus flask_restx flask_sockets flask_sqlalchemy flask_testing werkzeug whitenoise".split()
)


def canonical(name: str) -> str:
    """The name under which the tables know a class, a function or what is reached through one."""
    head, mark, rest = name.partition("()")
    if head.startswith("flask.ext."):
        # Until Flask 1.0 the extension `flask_x` was also to be had as `flask.ext.x`.
        head = "flask_" + head.removeprefix("flask.ext.")
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
    reached = {name.removesuffix(".run") for name in owners | aliases}
    # Whatever is imported is named together with the package that it comes from.
    pairs = {(name.partition(".")[0], name.rpartition(".")[2]) for name in reached}
    pairs |= {("flask", name) for package, name in pairs if package.startswith("flask_")}
    # An instance has the name of a variable, which says little by itself.
    whole = {tuple(dict.fromkeys(name.split("."))) for name in exports}
    return tuple(sorted(tuple(word.encode() for word in words) for words in {*pairs, *whole}))
