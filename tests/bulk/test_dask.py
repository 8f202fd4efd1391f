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
_WORKING = """
import sys
from pathlib import Path
from deflask.bulk.engines.dask import Dask
from tests.bulk import test_engines
if __name__ == "__main__":
    work, tasks = getattr(test_engines, sys.argv[3]), test_engines.tasks(8, Path(sys.argv[2]))
    for task, result in Dask(sys.argv[1], seconds=float(sys.argv[4])).run(work, tasks):
        print(task.id, type(result).__name__, getattr(result, "cause", result.__class__) if task.id in (1, 3) else "")
"""


def results(folder: Path, work: str, seconds: int) -> list[str]:
    """What comes of eight tasks, with the cause where one is lost."""
    with cluster(folder / "cluster", nanny=True) as running:
        command = [sys.executable, "-c", _WORKING, running.address, str(folder), work, str(seconds)]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=2 * PATIENCE)
    assert done.returncode == 0, done.stderr
    return sorted(done.stdout.splitlines())


@pytest.mark.parametrize(
    ("work", "lost", "cause"),
    [
        ("killing", 3, "the workers that had it died"),
        ("stuck", 1, "more than 5 seconds"),
    ],
)
def test_a_poisoned_task(tmp_path: Path, work: str, lost: int, cause: str) -> None:
    """Whether it kills all that works on it or never ends, it is one lost task, and the others are done."""
    found = results(tmp_path, work, 5 if work == "stuck" else 60)
    assert [line.split()[:2] for line in found] == [[str(n), "Lost" if n == lost else "Outcome"] for n in range(8)]
    assert cause in found[lost]


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


def certificates(folder: Path) -> tuple[str, ...]:
    """The options for a certificate that nobody but itself has signed."""
    folder.mkdir()
    key, certificate = str(folder / "key.pem"), str(folder / "cert.pem")
    request = ["openssl", *"req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=deflask".split()]
    command = [*request, "-keyout", key, "-out", certificate]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("openssl makes no certificate here")
    return "--tls-ca-file", certificate, "--tls-cert", certificate, "--tls-key", key


def test_certificates(tmp_path: Path) -> None:
    """With TLS nobody without a certificate of the cluster gets in."""
    tls, others = certificates(tmp_path / "ours"), certificates(tmp_path / "theirs")
    several(tmp_path / "repositories", 3)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
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
        for impostor in ((), others):
            command = [sys.executable, "-c", _IMPATIENT, *plan, *impostor]
            refused = subprocess.run(command, cwd=tmp_path, env=env, check=False, capture_output=True, text=True)
            assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1), refused.stderr
            assert counts(tmp_path) == {"pending": 3}
        done = process(tmp_path, *plan, *tls)
        assert done.code == 0, done.err
        assert counts(tmp_path) == {"nothing-to-do": 2, "planned": 1}
