"""Programs of one file that show their debugger, how a user starts them, and how deflask takes the debugger out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .server import HOST, MARKER, OPEN, OPEN_BUT_PLAIN_CRASH, Probe, environment, free_ports, serving

# The port comes from a file: with an environment variable `os` would be imported already, and a command line
# would be another one under gunicorn.
TEMPLATE = f"""\
from pathlib import Path

{{library}}
{{imports}}
PORT = int(Path(__file__).with_name("port").read_text())

{{making}}


@{{routes}}.route("/")
def hello() -> str:
    return "hello"


@{{routes}}.route("/crash")
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
    library: str = "from flask import Flask"
    making: str = "app = Flask(__name__)"
    routes: str = "app"
    options: tuple[str, ...] = ()
    shown: Probe = OPEN
    variable: tuple[str, str] = ("FLASK_DEBUG", "1")
    """What a developer sets to get the debugger back."""

    @property
    def text(self) -> str:
        parts = ("library", "imports", "making", "routes", "ending")
        return TEMPLATE.format(**{part: getattr(self, part) for part in parts})

    @property
    def asking(self) -> dict[str, str]:
        """The environment of a developer who wants the debugger."""
        return dict([self.variable])


RUN = f'app.run("{HOST}", PORT)'
RUN_DEBUG = Program("run-keyword", f'app.run("{HOST}", PORT, debug=True)')
RUN_WITHOUT_RELOADER = Program("run-without-reloader", f'app.run("{HOST}", PORT, debug=True, use_reloader=False)')
DEBUGGED_APPLICATION = Program(
    "debugged-application",
    f'app.wsgi_app = DebuggedApplication(app.wsgi_app, evalex=True)\napp.run("{HOST}", PORT, debug=False)',
    imports="from werkzeug.debug import DebuggedApplication\n",
    options=("--unsafe-fixes",),
    shown=OPEN_BUT_PLAIN_CRASH,
)

# Where debug itself is off it is off in so many words, or FLASK_DEBUG=1 alone would bring the debugger back and a
# fix that only cut it out would pass.
PROGRAMS = [
    RUN_DEBUG,
    Program("run-positional", f'app.run("{HOST}", PORT, True)'),
    Program("app-debug", f"app.debug = True\n{RUN}"),
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
    DEBUGGED_APPLICATION,
]


def write(folder: Path, program: Program) -> Path:
    path = folder / "web.py"
    path.write_text(program.text, encoding="utf-8")
    return path


def fix(path: Path, *options: str) -> None:
    """`deflask fix`, as the Python that runs has it; nothing may remain."""
    command = [sys.executable, "-m", "deflask", "fix", "--isolated", *options, str(path)]
    env = environment(path.parent)
    done = subprocess.run(command, cwd=path.parent, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def probe_as_script(path: Path, python: str = sys.executable, **extra: str) -> Probe:
    """Start the program as a developer does, on a port that no earlier start used, and probe it."""
    port = new_run_port(path)
    with serving([python, path.name], port, path.parent, **extra) as client:
        return Probe.of(client)


def new_run_port(path: Path) -> int:
    [port] = free_ports(1)
    path.with_name("port").write_text(str(port))
    return port


Server = Callable[[int, str], list[str]]
"""The command that serves `web:app` on a port with a Python."""


def waitress(port: int, python: str = sys.executable) -> list[str]:
    return [python, "-m", "waitress", f"--listen={HOST}:{port}", "web:app"]


def gunicorn(port: int, python: str = sys.executable) -> list[str]:
    # The blocked worker never reports to its master: without a limit it is not taken for dead and replaced.
    limits = ["--workers=1", "--timeout=0", "--graceful-timeout=1"]
    return [python, "-m", "gunicorn.app.wsgiapp", f"--bind={HOST}:{port}", *limits, "web:app"]


def flask_run(port: int, python: str = sys.executable) -> list[str]:
    return [str(Path(python).with_name("flask")), "run", f"--host={HOST}", f"--port={port}"]
