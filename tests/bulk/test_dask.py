"""A real cluster on loopback: a scheduler and two workers, processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bulk.clusters import PATIENCE, cluster, needs_dask, until
from tests.bulk.tools import head, several
from tests.command import ROOT, deflask, process

pytestmark = needs_dask
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
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=2 * PATIENCE)
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
        assert plan.wait(timeout=PATIENCE) == 0
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
