"""Programs on what is built on Flask: before the fix the debugger is there, after it only for who asks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from . import stacks
from .server import CLOSED, HOST, Probe, serving
from .stacks import Stack
from .web import Program, fix, new_run_port, write

pytestmark = pytest.mark.live

SOCKETIO = Program(
    "socketio",
    f'sockets.run(app, host="{HOST}", port=PORT, debug=True, allow_unsafe_werkzeug=True)',
    imports="from flask_socketio import SocketIO\n",
    making='app = Flask(__name__)\nsockets = SocketIO(app, async_mode="threading")',
)
DASH = Program(
    "dash-run",
    f'app.run(host="{HOST}", port=PORT, debug=True)',
    library="from dash import Dash, html",
    making='app = Dash(__name__)\napp.layout = html.Div("hello")\nweb = app.server',
    routes="web",
)
CONNEXION = Program(
    "connexion-run",
    f'pets.run(port=PORT, host="{HOST}", debug=True)',
    library="import connexion",
    making="pets = connexion.FlaskApp(__name__)\nweb = pets.app",
    routes="web",
)
PROGRAMS: list[tuple[Stack, Program]] = [
    (stacks.DASH, DASH),
    (stacks.DASH_2, DASH),
    (stacks.DASH_2, replace(DASH, name="dash-run-server", ending=f'app.run_server("{HOST}", PORT, None, True)')),
    (stacks.DASH, replace(DASH, name="dash-server", ending=f'web.run("{HOST}", PORT, debug=True)')),
    (stacks.SOCKETIO, SOCKETIO),
    (
        stacks.SOCKETIO_GEVENT,
        replace(
            SOCKETIO,
            name="socketio-gevent",
            ending=f'sockets.run(app, host="{HOST}", port=PORT, debug=True)',
            making='app = Flask(__name__)\nsockets = SocketIO(app, async_mode="gevent")',
        ),
    ),
    (
        stacks.APIFLASK,
        Program(
            "apiflask",
            f'app.run("{HOST}", PORT, debug=True)',
            library="from apiflask import APIFlask",
            making="app = APIFlask(__name__)",
        ),
    ),
    (
        stacks.OPENAPI,
        Program(
            "openapi",
            f'app.run("{HOST}", PORT, True)',
            library="from flask_openapi3 import OpenAPI",
            making="app = OpenAPI(__name__)",
        ),
    ),
    (stacks.CONNEXION_2, CONNEXION),
    (stacks.CONNEXION_2, replace(CONNEXION, name="connexion-position", ending=f'pets.run(PORT, None, True, "{HOST}")')),
    (
        stacks.CONNEXION_2,
        replace(
            CONNEXION,
            name="connexion-app",
            making="pets = connexion.App(__name__, debug=True)\nweb = pets.app",
            ending=f'pets.run(port=PORT, host="{HOST}")',
        ),
    ),
    (
        stacks.SCRIPT,
        Program(
            "script",
            f'manager.add_command("runserver", Server("{HOST}", PORT, use_debugger=True))\n'
            'manager.run(default_command="runserver")',
            imports="from flask_script import Manager, Server\n",
            making="app = Flask(__name__)\nmanager = Manager(app)",
        ),
    ),
    (
        stacks.SCRIPT,
        Program(
            "script-app",
            f'app.debug = True\nmanager.add_command("runserver", Server("{HOST}", PORT))\n'
            'manager.run(default_command="runserver")',
            imports="from flask_script import Manager, Server\n",
            making="app = Flask(__name__)\nmanager = Manager(app)",
            # What the manager starts is told by the command line, so no run is in view.
            options=("--unsafe-fixes",),
        ),
    ),
]


@pytest.mark.parametrize(("stack", "program"), PROGRAMS, ids=[f"{s.name}-{p.name}" for s, p in PROGRAMS])
def test_program(tmp_path: Path, stack: Stack, program: Program) -> None:
    path = write(tmp_path, program)
    assert start(path, stack) == program.shown
    fix(path, *program.options)
    assert start(path, stack) == CLOSED
    assert start(path, stack, **program.asking) == program.shown


def start(path: Path, stack: Stack, **extra: str) -> Probe:
    port = new_run_port(path)
    with serving([stack.starting(), path.name], port, path.parent, FLASK_SKIP_DOTENV="", **extra) as client:
        return Probe.of(client)
