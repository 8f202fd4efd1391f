"""Killed at any moment and run again, a campaign goes on and ends the same; two runs of it never work at once."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deflask.bulk.campaign import opened
from deflask.bulk.database import JournalError
from deflask.bulk.home import CampaignError
from deflask.bulk.model import State
from deflask.bulk.reasons import Reason
from tests.bulk.tools import approved, bare, commit, several
from tests.command import APP, CLEAN, ROOT, deflask, git, process

KILLS = 10
MANY = 90
"""Repositories: more than ten runs get done before each is killed."""


def status(folder: Path) -> dict[str, Any]:
    """What the campaign says of itself, but for where its repositories are."""
    done = deflask(folder, "bulk", "status", "--campaign", "c", "--output-format", "json")
    found: dict[str, Any] = json.loads(done.text)
    for repository in found["repositories"]:
        del repository["url"]
    return found


def files(folder: Path) -> dict[str, bytes]:
    """The diffs of the campaign by their names, and the names of the packs, which hold the commits' IDs."""
    diffs = {path.name: path.read_bytes() for path in (folder / "c" / "diffs").iterdir()}
    return diffs | {path.name: b"" for path in (folder / "c" / "packs").iterdir()}


def scratch(folder: Path) -> Path:
    """Where the campaign has what it does not keep."""
    [found] = (folder / "c").glob("scratch-*")
    return found


def refs(folder: Path) -> dict[str, bytes]:
    """The branches of all repositories."""
    return {path.name: git(path, "for-each-ref") for path in sorted((folder / "repositories").glob("*.git"))}


def left(folder: Path, state: State) -> int:
    """How many repositories are still in a state; all of them before they are in the journal."""
    try:
        with opened(str(folder / "c"), reading=True) as campaign:
            counts = campaign.journal.counts()
    except (CampaignError, JournalError):
        counts = {}
    return counts.get(state, 0) if counts else MANY


def killed(folder: Path, chance: random.Random, state: State, *arguments: str) -> None:
    """Run a command and kill it a moment after it has done some more, alone or with its workers."""
    more = chance.randint(0, 3)
    enough = left(folder, state) - more
    command = [sys.executable, "-m", "deflask", "bulk", *arguments]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.DEVNULL, start_new_session=True)
    while left(folder, state) > enough:
        assert running.poll() is None, "it ended before it was killed"
    with contextlib.suppress(subprocess.TimeoutExpired):
        running.wait(timeout=chance.uniform(0, 0.02 if more else 0.4))
    (os.killpg if chance.random() < 0.5 else os.kill)(running.pid, signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL, "it ended before it was killed"


def world(folder: Path, count: int) -> Path:
    """Repositories of several kinds, two thirds to be fixed, the same ones in every folder."""
    for number in range(count):
        program = APP if number % 3 else CLEAN
        bare(folder / "repositories" / f"app{number}.git", {"app.py": program, "n": b"%d" % number})
    bare(folder / "repositories" / "branched.git", {"app.py": APP})
    commit(folder / "repositories" / "branched.git", {"x": b"x"}, branch="deflask/c")
    (folder / "repositories" / "none").mkdir()
    return folder


def test_killed_ten_times(tmp_path: Path) -> None:
    """Ten times in plan and ten times in apply; nothing is lost, nothing is done otherwise."""
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    straight, broken = world(tmp_path / "straight", MANY), world(tmp_path / "broken", MANY)
    plan = ("plan", "--campaign", "c", "--dir", "repositories", "--jobs", "2")
    apply = ("apply", "--campaign", "c", "--jobs", "2")
    for command, waiting in ((plan, State.PENDING), (apply, State.APPROVED)):
        assert process(straight, "bulk", *command).code == 0
        for _ in range(KILLS):
            killed(broken, chance, waiting, *command)
        assert process(broken, "bulk", *command).code == 0
        assert status(broken) == status(straight), f"seed {seed}"
        assert files(broken) == files(straight), f"seed {seed}"
        for folder in (straight, broken):
            assert deflask(folder, "bulk", "review", "--campaign", "c", "--approve-all").code == 0
    assert refs(broken) == refs(straight), f"seed {seed}"
    assert status(straight)["counts"] == {"nothing-to-do": MANY // 3, "skipped": 1, "pushed": MANY // 3 * 2}
    assert os.listdir(scratch(broken)) == []


def test_twice_from_scratch(tmp_path: Path) -> None:
    """The same input gives the same commits."""
    for name in ("one", "two"):
        world(tmp_path / name, 12)
        approved(tmp_path / name, *(path for path in (tmp_path / name / "repositories").iterdir()))
        assert deflask(tmp_path / name, "bulk", "apply", "--campaign", "c").code == 0
    assert refs(tmp_path / "one") == refs(tmp_path / "two")


def test_without_its_journal(tmp_path: Path) -> None:
    """A branch that is at the commit of the plan is ours, and the campaign goes on from there; another one is not."""
    folder = world(tmp_path, 6)
    plan = ("bulk", "plan", "--campaign", "c", "--dir", "repositories", "--jobs", "2")
    assert deflask(folder, *plan).code == 0
    assert deflask(folder, "bulk", "review", "--campaign", "c", "--approve-all").code == 0
    assert deflask(folder, "bulk", "apply", "--campaign", "c", "--jobs", "2").code == 0
    before = status(folder)
    kept = files(folder)
    shutil.rmtree(folder / "c")
    assert deflask(folder, *plan).code == 0
    assert status(folder) == before
    assert files(folder) == kept
    assert before["counts"] == {"nothing-to-do": 2, "skipped": 1, "pushed": 4}


def repaired(repository: Path) -> None:
    """What kept it from being planned is no longer so."""
    git(repository, "symbolic-ref", "HEAD", "refs/heads/main")
    git(repository, "update-ref", "-d", "refs/heads/deflask/c")
    commit(repository, {"app.py": APP})


def test_what_was_skipped_is_tried_again(tmp_path: Path) -> None:
    """When it is asked for: its owner may have changed what was in the way. What is listed twice stays skipped."""
    opted = bare(tmp_path / "opted.git", {".deflaskignore": b""})
    exists = bare(tmp_path / "exists.git", {"app.py": APP})
    commit(exists, {"x": b"x"}, branch="deflask/c")
    dangling = bare(tmp_path / "dangling.git", {"app.py": APP})
    git(dangling, "symbolic-ref", "HEAD", "refs/heads/gone")
    git(tmp_path, "init", "-q", "--bare", "empty.git")
    plan = ("bulk", "plan", "--campaign", "c", "--jobs", "1")
    assert deflask(tmp_path, *plan, opted, exists, dangling, "empty.git", "empty").code == 0
    assert status(tmp_path)["counts"] == {"skipped": 5}
    for repository in (exists, dangling, tmp_path / "empty.git"):
        repaired(repository)
    git(opted, "update-ref", "-d", "refs/heads/main")
    repaired(opted)
    assert deflask(tmp_path, *plan).code == 0
    assert status(tmp_path)["counts"] == {"skipped": 5}
    assert deflask(tmp_path, *plan, "--retry-failed").code == 0
    assert status(tmp_path)["counts"] == {"planned": 4, "skipped": 1}


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
    plan = ("bulk", "plan", "--campaign", "c", "--dir", "repositories")
    assert deflask(tmp_path, *plan).code == 0
    (scratch(tmp_path) / "deflask-left").mkdir()
    assert deflask(tmp_path, *plan).code == 0
    assert os.listdir(scratch(tmp_path)) == []


@contextlib.contextmanager
def disk(folder: Path, size: str) -> Iterator[Path]:
    """A small disk, where this machine lets us have one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_campaign_on_a_full_disk(tmp_path: Path) -> None:
    """It stops with one line that names a file, and goes on when there is room."""
    with disk(tmp_path / "small", "128k") as small:
        several(tmp_path / "repositories", 40)
        campaign = ("--campaign", str(small / "c"))
        plan = ("bulk", "plan", *campaign, "--dir", "repositories", "--jobs", "1")
        for _ in range(2):
            done = deflask(tmp_path, *plan)
            assert (done.code, len(done.errors)) == (2, 1)
            assert done.err.startswith(f"error: {small / 'c'}"), done.err
            assert "space" in done.err
        subprocess.run(["mount", "-o", "remount,size=32m", str(small)], check=True)
        assert deflask(tmp_path, *plan, "--retry-failed").code == 0
        counts = deflask(tmp_path, "bulk", "status", *campaign).text
        assert "14 planned" in counts
        assert "26 nothing-to-do" in counts


@pytest.mark.parametrize("size", ["116k", "124k", "132k"])
def test_repositories_on_a_full_disk(tmp_path: Path, size: str) -> None:
    """Whatever it is that git can no longer write, that is why."""
    repositories = [bare(tmp_path / f"r{number}.git", {"app.py": APP}) for number in range(4)]
    with disk(tmp_path / "small", size) as small:
        done = deflask(tmp_path, "bulk", "plan", "--campaign", str(small / "c"), "--jobs", "1", *repositories)
        assert done.code == 0 or "space" in done.err, done.err
        with contextlib.suppress(JournalError), opened(str(small / "c"), reading=True) as campaign:
            rows = list(campaign.journal.rows([State.FAILED]))
            assert {row.reason for row in rows} <= {Reason.DISK_FULL}, rows
