"""Real programs give the debugger to anybody before the fix, to nobody after it, and to a developer who asks for it."""

from __future__ import annotations

import contextlib
import http.client
import select
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .server import CLOSED, HOST, OPEN, Probe, free_ports, refuses, serving
from .web import (
    PROGRAMS,
    RUN_DEBUG,
    RUN_WITHOUT_RELOADER,
    Program,
    Server,
    fix,
    gunicorn,
    new_run_port,
    probe_as_script,
    waitress,
    write,
)


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
def test_fixed_program_is_served(tmp_path: Path, server: Server, program: Program) -> None:
    path = write(tmp_path, program)
    fix(path)
    run_port = new_run_port(path)
    [own] = free_ports(1)
    with serving(server(own, sys.executable), own, tmp_path) as client:
        assert client.get("/").status == 200
        assert Probe.of(client) == CLOSED
        assert refuses(run_port)
