"""A run that is killed takes its workers and their git along, or at least keeps the campaign locked while they last."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from deflask.bulk import home
from deflask.bulk.signals import held
from tests.bulk.tools import several
from tests.command import ROOT, deflask

PATIENCE = 30
# Whatever starts the tests in the background (nohup too) has them ignore SIGINT and SIGHUP.
_COMMAND = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from deflask.cli import main
main()
"""
_HOLDER = """
import subprocess, sys, time
from deflask.bulk.home import locked
with locked(sys.argv[1]):
    subprocess.Popen(["cat"], stdin=sys.stdin, close_fds=False)
    print("locked", flush=True)
    time.sleep(3600)
"""


@contextmanager
def python(*arguments: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Python with pipes, which has ended when the block does."""
    env, pipe = {**os.environ, "PYTHONPATH": str(ROOT)}, subprocess.PIPE
    command = [sys.executable, *arguments]
    with subprocess.Popen(command, cwd=folder, env=env, stdin=pipe, stdout=pipe, stderr=pipe) as running:
        try:
            yield running
        finally:
            running.kill()


@contextmanager
def silent() -> Iterator[socket.socket]:
    """A host that takes connections and says nothing."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(PATIENCE)
        yield listening


def ended(connection: socket.socket) -> bool:
    """Whether the other side goes away."""
    connection.settimeout(PATIENCE)
    while connection.recv(1000):
        pass
    return True


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_git_ends_with_the_run(tmp_path: Path, how: signal.Signals) -> None:
    """It waits for a server that says nothing; the next run goes on at once, and there is one line at most."""
    with silent() as host, ExitStack() as stack:
        urls = [f"git://127.0.0.1:{host.getsockname()[1]}/r{n}" for n in range(2)]
        plan = ("bulk", "plan", "--campaign", "c", "--jobs", "2")
        with python("-c", _COMMAND, *plan, *urls, folder=tmp_path) as running:
            connections = [stack.enter_context(host.accept()[0]) for _ in urls]
            running.send_signal(how)
            assert all(ended(connection) for connection in connections)
            # Whoever reads what it says reads to the end: no worker is left that could say more.
            out, errors = running.communicate(timeout=PATIENCE)
    told = how is not signal.SIGKILL
    assert (running.returncode, out) == (130 if told else -how, b"")
    assert errors.decode() == ("error: interrupted\n" if told else "")
    several(tmp_path, 1)
    assert deflask(tmp_path, "bulk", "review", "--campaign", "c").code == 0


def test_nohup(tmp_path: Path) -> None:
    """Who has a run ignore that its terminal is closed wants it to go on."""
    with silent() as host:
        plan = ("bulk", "plan", "--campaign", "c", "--jobs", "1", f"git://127.0.0.1:{host.getsockname()[1]}/r")
        ignoring = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); from deflask.cli import main; main()"
        with python("-c", ignoring, *plan, folder=tmp_path) as running:
            connection, _ = host.accept()
            running.send_signal(signal.SIGHUP)
            connection.close()
            out, _ = running.communicate(timeout=PATIENCE)
    assert (running.returncode, b"1 failed" in out) == (0, True)


def test_what_outlives_its_run_keeps_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody works on the campaign as long as something that could push is left of a run that was killed."""
    monkeypatch.setattr(home, "_PATIENCE", 0.1)
    folder = tmp_path / "c"
    with python("-c", _HOLDER, str(folder), folder=tmp_path) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        holder.kill()
        holder.wait()
        said = f"what process {holder.pid} has started still works on this campaign"
        with pytest.raises(home.CampaignError, match=said), home.locked(str(folder)):
            pass
        monkeypatch.setattr(home, "_PATIENCE", PATIENCE)
        assert holder.stdin is not None
        holder.stdin.close()
        with home.locked(str(folder)):
            pass


def test_signals_are_held_back(tmp_path: Path) -> None:
    """A process that was being started is known before anything is interrupted."""
    known = tmp_path / "known"
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def interrupted() -> None:
        with held():
            signal.raise_signal(signal.SIGINT)
            known.touch()

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    signal.signal(signal.SIGINT, before)
    assert known.exists()
