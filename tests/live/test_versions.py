"""What holds on the Flask of the tests holds on every Flask since 0.12, with the Python and Werkzeug of its time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from .server import CLOSED, HOST, OPEN, OPEN_BUT_PLAIN_CRASH, Probe, free_ports, refuses, serving
from .stacks import FLASKS, Stack
from .web import (
    DEBUGGED_APPLICATION,
    PROGRAMS,
    RUN,
    RUN_DEBUG,
    RUN_WITHOUT_RELOADER,
    Program,
    Server,
    fix,
    flask_run,
    gunicorn,
    new_run_port,
    probe_as_script,
    waitress,
    write,
)

UNSAFE = ("--unsafe-fixes",)
MORE = [
    RUN_WITHOUT_RELOADER,
    Program(
        "subclass",
        f'app.run("{HOST}", PORT, debug=True)',
        making="class Web(Flask):\n    pass\n\n\napp = Web(__name__)",
    ),
    Program("config-debug", f'app.config["DEBUG"] = True\n{RUN}'),
    Program("config-update", f"app.config.update(DEBUG=True)\n{RUN}"),
    Program("config-class", f"class Settings:\n    DEBUG = True\n\n\napp.config.from_object(Settings)\n{RUN}"),
    Program("debug-constant", f'app.run("{HOST}", PORT, debug=DEBUG)', imports="\nDEBUG = True\n"),
    Program(
        "debug-by-default",
        f'app.run("{HOST}", PORT, debug=os.getenv("WEB_DEBUG", "1") == "1")',
        imports="import os\n",
        variable=("WEB_DEBUG", "1"),
    ),
    Program(
        "debug-by-default-of-any-text",
        f'app.run("{HOST}", PORT, debug=os.environ.get("WEB_DEBUG", True))',
        imports="import os\n",
        options=UNSAFE,
        variable=("WEB_DEBUG", "1"),
    ),
    Program(
        "debug-by-default-with-false-words",
        f'app.run("{HOST}", PORT, debug=os.environ.get("WEB_DEBUG", "yes").lower() not in ("", "0", "no"))',
        imports="import os\n",
        variable=("WEB_DEBUG", "yes"),
    ),
    Program(
        "env-forced",
        RUN,
        library='import os\n\nos.environ["FLASK_DEBUG"] = "1"\n\nfrom flask import Flask',
        options=UNSAFE,
    ),
    Program(
        "thread",
        'if __name__ == "__main__":\n'
        f'    run = dict(host="{HOST}", port=PORT, debug=True, use_reloader=False)\n'
        "    Thread(target=app.run, kwargs=run).start()",
        imports="from threading import Thread\n",
    ),
]
FLASK_ENV = Program(
    "env-forced-by-name",
    RUN,
    library='import os\n\nos.environ["FLASK_ENV"] = "development"\n\nfrom flask import Flask',
    options=UNSAFE,
    variable=("FLASK_ENV", "development"),
)
READS_FLASK_ENV = ("flask-1.1", "flask-2.2")


@pytest.fixture(params=FLASKS, ids=lambda stack: stack.name)
def stack(request: pytest.FixtureRequest) -> Stack:
    """Each Flask in turn."""
    asked: Stack = request.param
    return asked


def as_script(path: Path, stack: Stack, **extra: str) -> Probe:
    return probe_as_script(path, python=stack.starting(), **real(extra))


def served(path: Path, stack: Stack, server: Server, fixed: bool = True, **extra: str) -> Probe:
    """What a server shows on its own port; a program that is fixed leaves the port of its run alone."""
    run_port = new_run_port(path)
    [own] = free_ports(1)
    with serving(server(own, stack.starting()), own, path.parent, **real(extra)) as client:
        assert client.get("/").body == "hello"
        assert refuses(run_port) or not fixed
        return Probe.of(client)


def real(extra: dict[str, str]) -> dict[str, str]:
    """With what a user has: files that python-dotenv reads, and a locale that old versions of click insist on."""
    return {"FLASK_SKIP_DOTENV": "", "FLASK_APP": "web.py", "LC_ALL": "C.UTF-8", **extra}


def matrix(programs: list[Program]) -> pytest.MarkDecorator:
    """Every program on every Flask, of which only the commonest runs by default."""
    common = [pytest.param(RUN_DEBUG, id=RUN_DEBUG.name)]
    rest = [pytest.param(each, id=each.name, marks=pytest.mark.live) for each in programs if each is not RUN_DEBUG]
    return pytest.mark.parametrize("program", common + rest)


@matrix([*PROGRAMS, *MORE])
def test_script(tmp_path: Path, stack: Stack, program: Program) -> None:
    path = write(tmp_path, program)
    assert as_script(path, stack) == program.shown
    fix(path, *program.options)
    assert as_script(path, stack) == CLOSED
    assert as_script(path, stack, **program.asking) == program.shown


@pytest.mark.live
def test_flask_env(tmp_path: Path, stack: Stack) -> None:
    """Flask 1.0 to 2.2 read FLASK_ENV, the others never did or no longer do."""
    path = write(tmp_path, FLASK_ENV)
    shown = OPEN if stack.name in READS_FLASK_ENV else CLOSED
    assert as_script(path, stack) == shown
    fix(path, *UNSAFE)
    assert as_script(path, stack) == CLOSED
    assert as_script(path, stack, FLASK_ENV="development") == shown


@pytest.mark.live
def test_other_words_do_not_bring_it_back(tmp_path: Path, stack: Stack) -> None:
    """Neither what Flask takes for true, nor the name of the environment, nor a file that Flask reads too late."""
    path = write(tmp_path, RUN_DEBUG)
    fix(path)
    for extra in ({"FLASK_DEBUG": "true"}, {"FLASK_DEBUG": "0"}, {"FLASK_ENV": "development"}):
        assert as_script(path, stack, **extra) == CLOSED
    path.with_name(".flaskenv").write_text("FLASK_DEBUG=1\n")
    assert as_script(path, stack) == CLOSED


@pytest.mark.live
def test_any_text(tmp_path: Path, stack: Stack) -> None:
    """DF112: off where nothing is set, and before the fix on for "0"."""
    loose = Program("loose", f'app.run("{HOST}", PORT, debug=os.environ.get("WEB_DEBUG"))', imports="import os\n")
    path = write(tmp_path, loose)
    assert as_script(path, stack) == CLOSED
    assert as_script(path, stack, WEB_DEBUG="0") == OPEN
    fix(path, *UNSAFE, "--extend-select=DF112")
    assert as_script(path, stack, WEB_DEBUG="0") == CLOSED
    assert as_script(path, stack, WEB_DEBUG="1") == OPEN


@pytest.mark.live
@pytest.mark.parametrize("program", [*PROGRAMS, *MORE], ids=lambda program: program.name)
def test_servers_of_the_fixed_program(tmp_path: Path, stack: Stack, program: Program) -> None:
    """Every server serves the module and shows nothing; where only a setting was on, DF111 makes the run step aside."""
    path = write(tmp_path, program)
    fix(path, *program.options, "--extend-select=DF111")
    for server in (flask_run, waitress, gunicorn):
        assert served(path, stack, server) == CLOSED, server


@pytest.mark.live
def test_flask_run_asks_flask(tmp_path: Path, stack: Stack) -> None:
    """`flask run` does what its own options and variables say, fixed or not."""
    path = write(tmp_path, RUN_DEBUG)
    fix(path)
    assert served(path, stack, flask_run, FLASK_DEBUG="1") == OPEN
    assert served(path, stack, flask_run, FLASK_DEBUG="0") == CLOSED
    named = OPEN if stack.name in READS_FLASK_ENV else CLOSED
    assert served(path, stack, flask_run, FLASK_ENV="development") == named
    path.with_name(".flaskenv").write_text("FLASK_DEBUG=1\n")
    assert served(path, stack, flask_run) == (CLOSED if stack.name == "flask-0.12" else OPEN)


@pytest.mark.live
@pytest.mark.parametrize("server", [flask_run, waitress, gunicorn], ids=["flask-run", "waitress", "gunicorn"])
def test_server_of_the_unfixed_program(tmp_path: Path, stack: Stack, server: Server) -> None:
    """Whoever imports the module gets the debugger of its run, but for `flask run` since 1.0, which ignores the run."""
    path = write(tmp_path, RUN_WITHOUT_RELOADER)
    if server is flask_run and stack.name != "flask-0.12":
        assert served(path, stack, server) == CLOSED
        return
    [own] = free_ports(1)
    with serving(server(own, stack.starting()), new_run_port(path), tmp_path, **real({})) as client:
        assert Probe.of(client) == OPEN


@pytest.mark.live
@pytest.mark.parametrize("server", [flask_run, waitress, gunicorn], ids=["flask-run", "waitress", "gunicorn"])
def test_wrapped_application(tmp_path: Path, stack: Stack, server: Server) -> None:
    """A wrap is there under every server: at first with nothing set, then for who asks, together with debug mode."""
    ending = DEBUGGED_APPLICATION.ending.partition("\n")[0]
    path = write(tmp_path, replace(DEBUGGED_APPLICATION, ending=ending))
    assert served(path, stack, server) == OPEN_BUT_PLAIN_CRASH
    fix(path, *UNSAFE)
    assert served(path, stack, server) == CLOSED
    if server is not flask_run:
        # There it would be one debugger around another.
        assert served(path, stack, server, FLASK_DEBUG="1") == OPEN


@pytest.mark.live
@pytest.mark.parametrize("server", [waitress, gunicorn], ids=["waitress", "gunicorn"])
def test_run_without_debug(tmp_path: Path, stack: Stack, server: Server) -> None:
    """DF111: a run that keeps the server from serving goes under the guard."""
    path = write(tmp_path, Program("plain", f'app.run("{HOST}", PORT, debug=False)'))
    [own] = free_ports(1)
    with serving(server(own, stack.starting()), new_run_port(path), tmp_path, **real({})) as client:
        assert Probe.of(client) == CLOSED
    fix(path, "--extend-select=DF111")
    assert served(path, stack, server) == CLOSED
