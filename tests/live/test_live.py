"""Real programs give the debugger to anybody before the fix, to nobody after it, and to a developer who asks for it."""

from __future__ import annotations

import contextlib
import http.client
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .server import (
    CLOSED,
    HOST,
    MARKER,
    OPEN,
    OPEN_BUT_PLAIN_CRASH,
    Probe,
    environment,
    free_ports,
    refuses,
    serving,
)

# The port comes from a file: with an environment variable `os` would be imported already, and a command line
# would be another one under gunicorn.
TEMPLATE = f"""\
from pathlib import Path

from flask import Flask
{{imports}}
PORT = int(Path(__file__).with_name("port").read_text())

app = Flask(__name__)


@app.route("/")
def hello() -> str:
    return "hello"


@app.route("/crash")
def crash() -> str:
    raise RuntimeError("{MARKER}")


{{ending}}
"""


@dataclass(frozen=True)
class Program:
    """A program that shows its debugger, and what `fix` needs to be told to take it out."""

    name: str
    ending: str
    imports: str = ""
    options: tuple[str, ...] = ()
    shown: Probe = OPEN

    @property
    def text(self) -> str:
        return TEMPLATE.format(imports=self.imports, ending=self.ending)


RUN_DEBUG = Program("run-keyword", f'app.run("{HOST}", PORT, debug=True)')
RUN_WITHOUT_RELOADER = Program("run-without-reloader", f'app.run("{HOST}", PORT, debug=True, use_reloader=False)')

# Where debug itself is off it is off in so many words, or FLASK_DEBUG=1 alone would bring the debugger back and a
# fix that only cut it out would pass.
PROGRAMS = [
    RUN_DEBUG,
    Program("run-positional", f'app.run("{HOST}", PORT, True)'),
    Program("app-debug", f'app.debug = True\napp.run("{HOST}", PORT)'),
    Program(
        "use-debugger",
        f'app.run("{HOST}", PORT, debug=False, use_debugger=True)',
        shown=OPEN_BUT_PLAIN_CRASH,
    ),
    Program(
        "run-simple",
        f'app.debug = False\nrun_simple("{HOST}", PORT, app, False, True)',
        imports="from werkzeug.serving import run_simple\n",
        shown=OPEN_BUT_PLAIN_CRASH,
    ),
    Program(
        "debugged-application",
        f'app.wsgi_app = DebuggedApplication(app.wsgi_app, evalex=True)\napp.run("{HOST}", PORT, debug=False)',
        imports="from werkzeug.debug import DebuggedApplication\n",
        options=("--unsafe-fixes",),
        shown=OPEN_BUT_PLAIN_CRASH,
    ),
]


def write(folder: Path, program: Program) -> Path:
    path = folder / "web.py"
    path.write_text(program.text, encoding="utf-8")
    return path


def fix(path: Path, *options: str) -> None:
    command = [sys.executable, "-m", "deflask", "fix", "--isolated", *options, str(path)]
    env = environment(path.parent)
    done = subprocess.run(command, cwd=path.parent, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def probe_as_script(path: Path, **extra: str) -> Probe:
    """Start the program as a developer does, on a port that no earlier start used, and probe it."""
    port = new_run_port(path)
    with serving([sys.executable, path.name], port, path.parent, **extra) as client:
        return Probe.of(client)


def new_run_port(path: Path) -> int:
    [port] = free_ports(1)
    path.with_name("port").write_text(str(port))
    return port


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_only_flask_debug_brings_the_debugger_back(tmp_path: Path, program: Program) -> None:
    path = write(tmp_path, program)
    assert probe_as_script(path) == program.shown
    fix(path, *program.options)
    assert probe_as_script(path) == CLOSED
    assert probe_as_script(path, FLASK_DEBUG="1") == program.shown


def test_flask_debug_true_does_not_bring_it_back(tmp_path: Path) -> None:
    path = write(tmp_path, RUN_DEBUG)
    fix(path)
    assert probe_as_script(path, FLASK_DEBUG="true") == CLOSED


def waitress(port: int) -> list[str]:
    return [sys.executable, "-m", "waitress", f"--listen={HOST}:{port}", "web:app"]


def gunicorn(port: int) -> list[str]:
    # The blocked worker never reports to its master: without a limit it is not taken for dead and replaced.
    limits = ["--workers=1", "--timeout=0", "--graceful-timeout=1"]
    return [sys.executable, "-m", "gunicorn", f"--bind={HOST}:{port}", *limits, "web:app"]


@contextlib.contextmanager
def pending_request(port: int) -> Iterator[http.client.HTTPConnection]:
    with contextlib.closing(http.client.HTTPConnection(HOST, port)) as connection:
        connection.request("GET", "/")
        yield connection


def readable(connection: http.client.HTTPConnection) -> bool:
    return bool(select.select([connection.sock], [], [], 0)[0])


def test_unfixed_program_blocks_waitress(tmp_path: Path) -> None:
    path = write(tmp_path, RUN_DEBUG)
    [own] = free_ports(1)
    with serving(waitress(own), new_run_port(path), tmp_path) as client:
        # The debugger answers, so the import of the module stands in app.run and waitress has not got to its socket.
        assert Probe.of(client) == OPEN
        assert refuses(own)


def test_unfixed_program_blocks_gunicorn(tmp_path: Path) -> None:
    path = write(tmp_path, RUN_WITHOUT_RELOADER)
    [own] = free_ports(1)
    with serving(gunicorn(own), new_run_port(path), tmp_path) as client, pending_request(own) as request:
        # The master listens before its only worker imports the module, so the request is taken and left lying
        # while that same worker goes on answering on the other port.
        assert Probe.of(client) == OPEN
        assert not readable(request)


@pytest.mark.parametrize(
    ("server", "program"),
    [(waitress, RUN_DEBUG), (gunicorn, RUN_WITHOUT_RELOADER)],
    ids=["waitress", "gunicorn"],
)
def test_fixed_program_is_served(tmp_path: Path, server: Callable[[int], list[str]], program: Program) -> None:
    path = write(tmp_path, program)
    fix(path)
    run_port = new_run_port(path)
    [own] = free_ports(1)
    with serving(server(own), own, tmp_path) as client:
        assert client.get("/").status == 200
        assert Probe.of(client) == CLOSED
        assert refuses(run_port)
