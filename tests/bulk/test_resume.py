"""Killed at any moment and run again, a campaign goes on and ends the same; two runs of it never work at once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deflask.bulk.campaign import opened
from tests.bulk.tools import approved, bare, commit, several
from tests.command import APP, ROOT, deflask, git, process

KILLS = 10


def status(folder: Path) -> dict[str, Any]:
    """What the campaign says of itself, but for where its repositories are."""
    done = deflask(folder, "bulk", "status", "--campaign", "c", "--output-format", "json")
    found: dict[str, Any] = json.loads(done.text)
    for repository in found["repositories"]:
        del repository["url"]
    return found


def refs(folder: Path) -> dict[str, bytes]:
    """The branches of all repositories."""
    return {path.name: git(path, "for-each-ref") for path in sorted((folder / "repositories").glob("*.git"))}


def killed(folder: Path, chance: random.Random, *arguments: str) -> bool:
    """Run a command and kill it at some moment, alone or with its workers; whether it was done before."""
    command = [sys.executable, "-m", "deflask", "bulk", *arguments]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen(
        command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        running.wait(timeout=chance.uniform(0.1, 1.5))
    except subprocess.TimeoutExpired:
        (os.killpg if chance.random() < 0.5 else os.kill)(running.pid, signal.SIGKILL)
        running.wait()
        return False
    return True


def world(folder: Path) -> Path:
    """Repositories of several kinds, the same ones in every folder."""
    several(folder / "repositories", 24)
    bare(folder / "repositories" / "branched.git", {"app.py": APP})
    commit(folder / "repositories" / "branched.git", {"x": b"x"}, branch="deflask/c")
    (folder / "repositories" / "none").mkdir()
    return folder


def test_killed_ten_times(tmp_path: Path) -> None:
    """Ten times in plan and ten times in apply; nothing is lost, nothing is done otherwise."""
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    straight, broken = world(tmp_path / "straight"), world(tmp_path / "broken")
    plan = ("plan", "--campaign", "c", "--dir", "repositories", "--jobs", "2")
    apply = ("apply", "--campaign", "c", "--jobs", "2")
    review = ("bulk", "review", "--campaign", "c", "--approve-all")

    assert process(straight, "bulk", *plan).code == 0
    for _ in range(KILLS):
        killed(broken, chance, *plan)
    assert process(broken, "bulk", *plan).code == 0
    assert status(broken) == status(straight), f"seed {seed}"

    assert deflask(straight, *review).code == 0
    assert deflask(broken, *review).code == 0
    assert process(straight, "bulk", *apply).code == 0
    for _ in range(KILLS):
        killed(broken, chance, *apply)
    assert process(broken, "bulk", *apply).code == 0
    assert status(broken) == status(straight), f"seed {seed}"
    assert refs(broken) == refs(straight), f"seed {seed}"
    assert status(straight)["counts"] == {"nothing-to-do": 16, "skipped": 1, "pushed": 8}
    assert os.listdir(broken / "c" / "scratch") == []


def test_twice_from_scratch(tmp_path: Path) -> None:
    """The same input gives the same commits."""
    for name in ("one", "two"):
        world(tmp_path / name)
        approved(tmp_path / name, *(path for path in (tmp_path / name / "repositories").iterdir()))
        assert deflask(tmp_path / name, "bulk", "apply", "--campaign", "c").code == 0
    assert refs(tmp_path / "one") == refs(tmp_path / "two")


def test_two_runs_at_once(tmp_path: Path) -> None:
    """The second one says who is there, and the first one is not disturbed; looking is always allowed."""
    approved(tmp_path, *several(tmp_path, 1))
    with opened(str(tmp_path / "c")):
        for command in ("plan", "apply", "review"):
            done = deflask(tmp_path, "bulk", command, "--campaign", "c")
            expected = f"error: another run works on this campaign: process {os.getpid()}\n"
            assert (done.code, done.err) == (2, expected)
        assert deflask(tmp_path, "bulk", "status", "--campaign", "c").code == 0
    assert deflask(tmp_path, "bulk", "apply", "--campaign", "c").code == 0


def test_workers_end_without_their_coordinator(tmp_path: Path) -> None:
    """Whoever has lost it asks nobody for more work; what it left behind is taken away by the next run."""
    several(tmp_path / "repositories", 3)
    (tmp_path / "c" / "scratch" / "deflask-left").mkdir(parents=True)
    assert deflask(tmp_path, "bulk", "plan", "--campaign", "c", "--dir", "repositories").code == 0
    assert os.listdir(tmp_path / "c" / "scratch") == []


def test_a_campaign_on_a_full_disk(tmp_path: Path) -> None:
    """It stops with one line, and goes on when there is room."""
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(small)]
    if subprocess.run(mount, check=False, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        several(tmp_path / "repositories", 40)
        plan = ("bulk", "plan", "--campaign", str(small / "c"), "--dir", "repositories", "--jobs", "1")
        done = deflask(tmp_path, *plan)
        assert done.code == 2
        assert len(done.errors) == 1
        subprocess.run(["mount", "-o", "remount,size=32m", str(small)], check=True)
        assert deflask(tmp_path, *plan, "--retry-failed").code == 0
        counts = deflask(tmp_path, "bulk", "status", "--campaign", str(small / "c")).text
        assert "14 planned" in counts
        assert "26 nothing-to-do" in counts
    finally:
        subprocess.run(["umount", str(small)], check=True)
