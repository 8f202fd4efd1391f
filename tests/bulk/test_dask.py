"""A real cluster on loopback: a scheduler and two workers, processes of their own."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bulk.tools import head, several
from tests.command import ROOT, deflask, process

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="the extra `dask` is not installed"
)
_PATIENCE = 60
"""Seconds in which a cluster is up."""


@dataclass(frozen=True)
class Cluster:
    """Where the scheduler listens, and the processes of the workers."""

    address: str
    workers: list[subprocess.Popen[bytes]]


def until(done: Callable[[], bool]) -> None:
    """Wait for something that is announced by nothing but its being there."""
    deadline = time.monotonic() + _PATIENCE
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the cluster, which ends with all that it has started."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with open(folder / "cluster.log", "ab") as log:
        command = [sys.executable, "-m", "dask", *arguments]
        running = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log, start_new_session=True)
    try:
        yield running
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


@contextmanager
def cluster(folder: Path, *tls: str, nanny: bool = False) -> Iterator[Cluster]:
    folder.mkdir()
    written = folder / "scheduler.json"
    with ExitStack() as stack:
        host = ("--host", "tls://127.0.0.1" if tls else "127.0.0.1")
        stack.enter_context(
            started(folder, "scheduler", *host, "--port", "0", "--no-dashboard", "--scheduler-file", str(written), *tls)
        )
        until(lambda: written.exists() and written.stat().st_size > 0)
        worker = ("worker", "--scheduler-file", str(written), "--nworkers", "1", "--nthreads", "1")
        where = ("--host", "127.0.0.1", "--no-dashboard", "--local-directory", str(folder), "--memory-limit", "0", *tls)
        where += () if nanny else ("--no-nanny",)
        workers = [stack.enter_context(started(folder, *worker, *where)) for _ in range(2)]
        yield Cluster(json.loads(written.read_text())["address"], workers)


_IMPATIENT = "from deflask.bulk.engines import dask; dask._PATIENCE = 2; from deflask.cli import main; main()"
_POISONED = """
import sys
from pathlib import Path
from deflask.bulk.engines.dask import Dask
from tests.bulk.test_engines import deadly, tasks
if __name__ == "__main__":
    for task, result in Dask(sys.argv[1]).run(deadly, tasks(8, Path(sys.argv[2]))):
        print(task.id, type(result).__name__)
"""


def test_a_poisoned_task(tmp_path: Path) -> None:
    """It kills every worker that has it, and is one lost task; the workers come back and do the others."""
    with cluster(tmp_path / "cluster", nanny=True) as running:
        command = [sys.executable, "-c", _POISONED, running.address, str(tmp_path)]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=2 * _PATIENCE)
    assert sorted(done.stdout.splitlines()) == [f"{n} {'Lost' if n == 3 else 'Outcome'}" for n in range(8)], done.stderr


def counts(folder: Path) -> dict[str, int]:
    done = deflask(folder, "bulk", "status", "--campaign", "c", "--output-format", "json")
    found: dict[str, int] = json.loads(done.text)["counts"] if done.code == 0 else {}
    return found


def test_the_same_commits_as_on_one_machine(tmp_path: Path) -> None:
    for name in ("here", "there"):
        several(tmp_path / name / "repositories", 6)
    with cluster(tmp_path / "cluster") as running:
        engine = ("--engine", "dask", "--scheduler", running.address)
        for name, how in (("here", ()), ("there", engine)):
            folder = tmp_path / name
            done = process(folder, "bulk", "plan", "--campaign", "c", "--dir", "repositories", *how)
            assert done.code == 0, done.err
            assert deflask(folder, "bulk", "review", "--campaign", "c", "--approve-all").code == 0
            done = process(folder, "bulk", "apply", "--campaign", "c", *how)
            assert done.code == 0, done.err
            assert counts(folder) == {"nothing-to-do": 4, "pushed": 2}
    for number in (0, 3):
        one, other = (head(tmp_path / name / "repositories" / f"app{number}.git") for name in ("here", "there"))
        assert one == other != ""


def test_a_worker_is_killed(tmp_path: Path) -> None:
    """Another one does what it had; nothing is lost, and nothing that was done is done again."""
    several(tmp_path / "repositories", 40)
    with cluster(tmp_path / "cluster") as running:
        command = [sys.executable, "-m", "deflask", "bulk", "plan", "--campaign", "c", "--dir", "repositories"]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        plan = subprocess.Popen([*command, "--engine", "dask", "--scheduler", running.address], cwd=tmp_path, env=env)
        until(lambda: sum(counts(tmp_path).get(state, 0) for state in ("planned", "nothing-to-do")) > 2)
        running.workers[0].kill()
        assert plan.wait(timeout=_PATIENCE) == 0
    assert counts(tmp_path) == {"nothing-to-do": 26, "planned": 14}
    logs = list((tmp_path / "c" / "logs").iterdir())
    assert len(logs) == 14
    assert all(log.read_text().count("ls-remote") == 1 for log in logs)


def test_certificates(tmp_path: Path) -> None:
    """With TLS nobody without a certificate of the cluster gets in."""
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "cert.pem")
    request = ["openssl", *"req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=deflask".split()]
    command = [*request, "-keyout", key, "-out", certificate]
    made = subprocess.run(command, check=False, capture_output=True)
    if made.returncode:
        pytest.skip("openssl makes no certificate here")
    several(tmp_path / "repositories", 3)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    tls = ("--tls-ca-file", certificate, "--tls-cert", certificate, "--tls-key", key)
    with cluster(tmp_path / "cluster", *tls) as running:
        assert running.address.startswith("tls://")
        plan = (
            "bulk",
            "plan",
            "--campaign",
            "c",
            "--dir",
            "repositories",
            "--engine",
            "dask",
            "--scheduler",
            running.address,
        )
        refused = subprocess.run([sys.executable, "-c", _IMPATIENT, *plan], cwd=tmp_path, env=env, check=False)
        assert refused.returncode == 2
        assert counts(tmp_path) == {"pending": 3}
        done = process(tmp_path, *plan, *tls)
        assert done.code == 0, done.err
        assert counts(tmp_path) == {"nothing-to-do": 2, "planned": 1}
