"""Every reason of the closed list is the outcome of something that happens, and the rest of the list goes on."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from deflask.bulk.model import Limits, Outcome, State
from deflask.bulk.planner import in_scratch, plan
from deflask.bulk.reasons import SKIPPING, Reason
from deflask.rewrite.errors import UnprovedError
from tests.bulk.tools import bare, commit, planned, task
from tests.command import APP, BROKEN, CLEAN, deflask, git

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 12345\n" % (b"a" * 64)


def dangling(folder: Path) -> Outcome:
    repository = bare(folder / "r.git", {"app.py": APP})
    (repository / "HEAD").write_text("ref: refs/heads/gone\n")
    return planned(repository)


def empty(folder: Path) -> Outcome:
    git(folder, "init", "-q", "--bare", "r.git")
    return planned(folder / "r.git")


def named_branch(folder: Path) -> Outcome:
    return plan(task(bare(folder / "r.git", {"app.py": APP}), branch="gone"))


def branch_exists(folder: Path) -> Outcome:
    repository = bare(folder / "r.git", {"app.py": APP})
    commit(repository, {"x": b"x"}, branch="deflask/c")
    return planned(repository)


def opted_out(folder: Path) -> Outcome:
    return planned(bare(folder / "r.git", {"app.py": APP, ".deflaskignore": b""}))


def lfs(folder: Path) -> Outcome:
    return planned(bare(folder / "r.git", {"app.py": LFS}))


def unparsable(folder: Path) -> Outcome:
    return planned(bare(folder / "r.git", {"app.py": BROKEN}))


def gone(folder: Path) -> Outcome:
    return planned(folder / "nothing")


def helper(folder: Path) -> Outcome:
    return planned("ext::sh -c 'touch ran'")


def dash(folder: Path) -> Outcome:
    return planned("--upload-pack=touch ran")


def other_protocol(folder: Path) -> Outcome:
    return planned("ftp://localhost/r.git")


def password(folder: Path) -> Outcome:
    return planned("https://me:secret@localhost/r.git")


def closed_port(folder: Path) -> Outcome:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return planned(f"http://127.0.0.1:{taken.getsockname()[1]}/r.git")


def closed_port_of_git(folder: Path) -> Outcome:
    """Git says on a second line of which cause."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        outcome = planned(f"git://127.0.0.1:{taken.getsockname()[1]}/r.git")
    assert (outcome.detail or "").endswith("errno=Connection refused"), outcome.detail
    return outcome


def large(folder: Path) -> Outcome:
    """It is found out on the way where there is time for it."""
    repository = bare(folder / "r.git", {"app.py": APP, "data": os.urandom(3_000_000)})
    return plan(task(repository, limits=Limits(seconds=60, size=1_000_000)))


def slow(folder: Path) -> Outcome:
    """A host that takes the connection and says nothing."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        return plan(task(f"git://127.0.0.1:{silent.getsockname()[1]}/r.git", limits=Limits(seconds=0.5)))


def corrupt(folder: Path) -> Outcome:
    """A blob of the commit is not there."""
    repository = bare(folder / "r.git", {"app.py": APP})
    blob = git(repository, "rev-parse", "main:app.py").decode().strip()
    (repository / "objects" / blob[:2] / blob[2:]).unlink()
    return planned(repository)


def other_format(folder: Path) -> Outcome:
    """What is not in the list is kept in git's words."""
    repository = bare(folder / "r.git", {"app.py": APP})
    git(repository, "config", "core.repositoryFormatVersion", "99")
    return planned(repository)


def not_followed(folder: Path) -> Outcome:
    """What decides is in a module that is not read."""
    app = b"from flask import Flask\nfrom large import D\nFlask(__name__).run(debug=D)\n"
    return planned(bare(folder / "r.git", {"app.py": app, "large.py": b"D = True\n" + b"#" * 1_000_000}))


def failing(error: Exception) -> Callable[[Path], Outcome]:
    def work(_: object) -> Outcome:
        raise error

    return lambda folder: in_scratch(task(folder), work)


CASES: list[tuple[Reason, Callable[[Path], Outcome]]] = [
    (Reason.EMPTY, empty),
    (Reason.NO_DEFAULT_BRANCH, dangling),
    (Reason.NO_SUCH_BRANCH, named_branch),
    (Reason.BRANCH_EXISTS, branch_exists),
    (Reason.OPTED_OUT, opted_out),
    (Reason.LFS, lfs),
    (Reason.UNPARSABLE, unparsable),
    (Reason.NOT_FOLLOWED, not_followed),
    (Reason.NOT_FOUND, gone),
    (Reason.REFUSED_URL, helper),
    (Reason.REFUSED_URL, dash),
    (Reason.REFUSED_URL, other_protocol),
    (Reason.CREDENTIALS_IN_URL, password),
    (Reason.UNREACHABLE, closed_port),
    (Reason.UNREACHABLE, closed_port_of_git),
    (Reason.TOO_LARGE, large),
    (Reason.TIMEOUT, slow),
    (Reason.CORRUPT, corrupt),
    (Reason.GIT_FAILED, other_format),
    (Reason.DISK_FULL, failing(OSError(errno.ENOSPC, "No space left on device"))),
    (Reason.OUT_OF_MEMORY, failing(MemoryError())),
    (Reason.INTERNAL, failing(KeyError("x"))),
]


# These are shown where the rest of what happens is: duplicates, pushes, workers, credentials, hostile trees, forges.
ELSEWHERE = {
    *(Reason.DUPLICATE, Reason.BRANCH_MODIFIED, Reason.HOSTILE_PATH, Reason.HEAD_MOVED),
    *(Reason.MANUAL_ONLY, Reason.SUPPRESSED),
    *(Reason.CREDENTIALS_NEEDED, Reason.CREDENTIALS_REFUSED, Reason.REWRITE_FAILED, Reason.PUSH_REFUSED),
    *(Reason.PLAN_LOST, Reason.WORKER_DIED),
    *(Reason.ARCHIVED, Reason.DISABLED, Reason.CLOSED_BY_PERSON, Reason.CLOSED, Reason.MERGED, Reason.NO_PULL_REQUEST),
    *(Reason.DRAFT, Reason.CHECKS_PENDING, Reason.CHECKS_FAILED, Reason.REFUSED, Reason.CONFLICT, Reason.UNAVAILABLE),
}


def test_the_list_is_closed() -> None:
    assert {reason for reason, _ in CASES} | ELSEWHERE == set(Reason)


@pytest.mark.parametrize(("reason", "case"), CASES)
def test_reason(
    reason: Reason, case: Callable[[Path], Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = case(tmp_path)
    assert outcome.reason is reason, outcome
    left = State.NOTHING_TO_DO if reason is Reason.NOT_FOLLOWED else State.FAILED
    assert outcome.state is (State.SKIPPED if reason in SKIPPING else left)
    assert not (tmp_path / "ran").exists()


def test_size_is_looked_at_on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository that would fill the disk is ended before it does."""
    monkeypatch.setattr("deflask.bulk.git._LOOK", 0.002)
    outcome = large(tmp_path)
    assert outcome.reason is Reason.TOO_LARGE
    assert "exit 0" not in outcome.log.partition("fetch")[2]


def test_a_rewrite_without_a_proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug of ours is named as one."""

    def rewrite(*_: object) -> None:
        raise UnprovedError("the trees differ")

    monkeypatch.setattr("deflask.rewrite.fix.rewrite", rewrite)
    outcome = planned(bare(tmp_path / "r.git", {"app.py": APP}))
    assert (outcome.state, outcome.reason) == (State.FAILED, Reason.REWRITE_FAILED)
    assert (outcome.detail or "").startswith("app.py: the trees differ")


def test_some_files_of_many(tmp_path: Path) -> None:
    """A file that cannot be parsed or is a pointer does not keep others from being planned, and the log names it."""
    outcome = planned(bare(tmp_path / "r.git", {"app.py": APP, "old.py": BROKEN, "big.py": LFS}))
    assert outcome.state is State.PLANNED
    assert "old.py: broken syntax" in outcome.log
    assert "big.py: a pointer of Git LFS" in outcome.log


def test_files_that_are_too_large(tmp_path: Path) -> None:
    repository = bare(tmp_path / "r.git", {"app.py": APP, "large.py": APP + b"#" * 5000})
    outcome = plan(task(repository, limits=Limits(seconds=60, blob=5000)))
    assert [change.path for change in outcome.changes] == ["app.py"]
    assert "large.py: larger than 5000 bytes" in outcome.log


def test_a_full_disk(tmp_path: Path) -> None:
    """Where there is no room for a clone, and nothing else is wrong with it."""
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(small)]
    if subprocess.run(mount, check=False, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        repository = bare(tmp_path / "r.git", {"app.py": APP, "data": os.urandom(1_000_000)})
        outcome = plan(replace(task(repository), scratch=str(small)))
        assert (outcome.state, outcome.reason) == (State.FAILED, Reason.DISK_FULL), outcome
        assert os.listdir(small) == []
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_one_after_another(tmp_path: Path) -> None:
    """All kinds of trouble in one list: each is a row, those that are well are planned, and plan has done its job."""
    well = bare(tmp_path / "well.git", {"app.py": APP})
    bare(tmp_path / "clean.git", {"app.py": CLEAN})
    git(tmp_path, "init", "-q", "--bare", "empty.git")
    opted = bare(tmp_path / "opted.git", {"app.py": APP, ".deflaskignore": b""})
    lines = ["# a list", "well.git", "clean.git main", "", "empty.git", f"{opted}  # theirs", "missing.git", "well.git",
             "-u", "ext::sh -c x", f"file://{well}/", "https://me:secret@localhost/x"]  # fmt: skip
    (tmp_path / "list.txt").write_text("\n".join(lines))
    done = deflask(tmp_path, "bulk", "plan", "--campaign", "c", "--from", "list.txt", "--jobs", "2")
    assert done.code == 0, done.err
    document = json.loads(deflask(tmp_path, "bulk", "status", "--campaign", "c", "--output-format", "json").text)
    assert document["counts"] == {"planned": 1, "nothing-to-do": 1, "skipped": 4, "failed": 4}
    assert [(each["state"], each["reason"]) for each in document["repositories"]] == [
        ("planned", None),
        ("nothing-to-do", None),
        ("skipped", "empty"),
        ("skipped", "opted-out"),
        ("failed", "not-found"),
        ("skipped", "duplicate"),
        ("failed", "refused-url"),
        ("failed", "refused-url"),
        ("skipped", "duplicate"),
        ("failed", "credentials-in-url"),
    ]
    kept = b"".join(path.read_bytes() for path in (tmp_path / "c").rglob("*") if path.is_file())
    assert b"secret" not in kept + done.out + done.err.encode()
    assert deflask(tmp_path, "bulk", "status", "--campaign", "c", "--exit-code").code == 1
