"""What is pushed is what was reviewed, to the campaign's branch only, and never over somebody else's commit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from deflask.bulk import offers
from deflask.bulk.apply import _unpacked, apply, waiting
from deflask.bulk.campaign import Campaign, opened
from deflask.bulk.forges import PullRequest
from deflask.bulk.forges import State as Condition
from deflask.bulk.git import Git
from deflask.bulk.journal import Row
from deflask.bulk.model import State
from deflask.bulk.offers import Did, Result
from deflask.bulk.opening import branch_of, having_branch, pull_requests, record
from deflask.bulk.reasons import Reason
from deflask.bulk.repository import look
from tests.bulk.tools import BRANCH, Inline, approved, bare, commit, head
from tests.command import APP, CLEAN, FIXED, deflask, git


def run(folder: Path, retry_failed: bool = False) -> Row:
    """Apply the campaign `c`; its only repository."""
    with opened(str(folder / "c")) as campaign:
        list(apply(campaign, Inline(), waiting(campaign, retry_failed)))
        return only(campaign)


def only(campaign: Campaign) -> Row:
    [row] = campaign.journal.rows()
    return row


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with something to fix, planned and approved."""
    made = bare(tmp_path / "r.git", {"app.py": APP, "other.py": CLEAN, "docs/readme.md": b"x", "docs/deep/y": b"y"})
    approved(tmp_path, made)
    return made


@pytest.mark.parametrize("kind", ["sha1", "sha256"])
def test_the_reviewed_commit_is_pushed(tmp_path: Path, kind: str) -> None:
    """To one branch, and the others stay what they are; what is pushed again changes nothing."""
    repository = bare(tmp_path / "r.git", {"a/b/app.py": APP, "a/c/d": b"1", "e": b"2"}, kind=kind)
    approved(tmp_path, repository)
    before = head(repository, "refs/heads/main")
    row = run(tmp_path)
    assert (row.state, row.pushed) == (State.PUSHED, row.commit)
    assert head(repository) == row.commit
    assert head(repository, "refs/heads/main") == before
    assert git(repository, "show", f"{BRANCH}:a/b/app.py") == FIXED
    git(repository, "fsck", "--strict", "--connectivity-only")
    with opened(str(tmp_path / "c")) as campaign:
        campaign.journal.record(row.id, State.APPROVED)
    assert run(tmp_path).state is State.PUSHED


def test_somebody_elses_branch(tmp_path: Path, repository: Path) -> None:
    """It was not there at the plan and is now: it stays."""
    theirs = commit(repository, {"app.py": b"mine\n"}, branch="deflask/c", name="Human")
    row = run(tmp_path)
    assert (row.state, row.reason) == (State.SKIPPED, Reason.BRANCH_MODIFIED)
    assert head(repository) == theirs


@pytest.mark.parametrize("ref", ["refs/heads/refs/heads/deflask/c", "refs/x/refs/heads/deflask/c"])
def test_a_ref_whose_name_ends_like_ours(tmp_path: Path, repository: Path, ref: str) -> None:
    """It is another one: it stays, and ours is made and moves on."""
    main = head(repository, "refs/heads/main")
    git(repository, "update-ref", ref, main)
    assert run(tmp_path).state is State.PUSHED
    first = head(repository)
    commit(repository, {"docs/readme.md": b"other"})
    with opened(str(tmp_path / "c")) as campaign:
        assert [row.state for row in campaign.plan(Inline(), [1])] == [State.PLANNED]
        campaign.journal.record(1, State.APPROVED)
    assert run(tmp_path).state is State.PUSHED
    assert "" != head(repository) != first != ""
    assert git(repository, "rev-parse", ref).decode().strip() == main


def test_a_commit_on_our_branch(tmp_path: Path, repository: Path) -> None:
    """Whoever went on from our commit keeps what they did."""
    assert run(tmp_path).state is State.PUSHED
    theirs = commit(repository, {"more.py": b"more\n"}, branch="deflask/c", name="Human")
    with opened(str(tmp_path / "c")) as campaign:
        campaign.journal.record(1, State.APPROVED)
    assert run(tmp_path).reason is Reason.BRANCH_MODIFIED
    assert head(repository) == theirs


def test_the_head_moved_and_the_diff_is_the_same(tmp_path: Path, repository: Path) -> None:
    """Then the approval holds, and what is pushed is based on what is there now."""
    with opened(str(tmp_path / "c"), reading=True) as campaign:
        planned = only(campaign)
    moved = commit(repository, {"docs/readme.md": b"other"})
    row = run(tmp_path)
    assert (row.state, row.head) == (State.PUSHED, moved)
    assert row.commit != planned.commit
    assert git(repository, "rev-parse", f"{BRANCH}^").decode().strip() == moved


def test_the_head_moved_and_the_diff_is_another(tmp_path: Path, repository: Path) -> None:
    """Then somebody has to look again, and nothing is pushed until then."""
    commit(repository, {"other.py": APP})
    row = run(tmp_path)
    assert (row.state, row.reason, row.files) == (State.PLANNED, Reason.HEAD_MOVED, 2)
    assert head(repository) == ""
    assert deflask(tmp_path, "bulk", "review", "--campaign", "c", "--approve-all").code == 0
    assert run(tmp_path).state is State.PUSHED


def test_the_head_moved_and_nothing_is_left(tmp_path: Path, repository: Path) -> None:
    commit(repository, {"app.py": CLEAN})
    assert run(tmp_path).state is State.NOTHING_TO_DO


def test_the_head_moves_on_and_on(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is an end to planning again."""

    def moving(*given: object) -> object:
        commit(repository, {"docs/readme.md": head(repository, "refs/heads/main").encode()})
        return look(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("deflask.bulk.apply.look", moving)
    row = run(tmp_path)
    assert (row.state, row.reason) == (State.PLANNED, Reason.HEAD_MOVED)


@pytest.mark.parametrize("left", [-5, 0])
def test_lost_plan(tmp_path: Path, repository: Path, left: int) -> None:
    """A pack that is damaged or gone is made again: the same commit, so it is the one that was reviewed."""
    [pack] = (tmp_path / "c" / "packs").iterdir()
    pack.write_bytes(pack.read_bytes()[:left])
    if not left:
        pack.unlink()
    row = run(tmp_path)
    assert (row.state, row.commit, head(repository)) == (State.PUSHED, pack.stem, pack.stem)


def test_lost_diff(tmp_path: Path, repository: Path) -> None:
    """Where it is not known what was reviewed, somebody has to look again."""
    for folder in ("packs", "diffs"):
        [kept] = (tmp_path / "c" / folder).iterdir()
        kept.unlink()
    row = run(tmp_path)
    assert (row.state, row.reason, head(repository)) == (State.PLANNED, Reason.PLAN_LOST, "")
    assert deflask(tmp_path, "bulk", "review", "--campaign", "c", "--approve-all").code == 0
    assert run(tmp_path).state is State.PUSHED


def test_a_branch_that_is_in_the_way(tmp_path: Path, repository: Path) -> None:
    """What was skipped with its approval is pushed when the way is free, and it is asked for."""
    commit(repository, {"app.py": b"mine\n"}, branch="deflask/c", name="Human")
    assert run(tmp_path).state is State.SKIPPED
    git(repository, "update-ref", "-d", BRANCH)
    assert run(tmp_path).state is State.SKIPPED
    row = run(tmp_path, retry_failed=True)
    assert (row.state, row.commit) == (State.PUSHED, head(repository))


def test_an_approval_is_withdrawn(tmp_path: Path, repository: Path) -> None:
    """After a push that failed; what is pushed is no longer a plan."""
    hook = repository / "hooks" / "pre-receive"
    hook.parent.mkdir()
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert run(tmp_path).state is State.FAILED
    hook.unlink()
    review = ("bulk", "review", "--campaign", "c")
    name = f"{tmp_path.name}/r"
    assert deflask(tmp_path, *review, "--reject", name, "--reason", "not now").text == "0 approved, 1 rejected\n"
    assert run(tmp_path, retry_failed=True).state is State.REJECTED
    assert head(repository) == ""
    assert deflask(tmp_path, *review, "--approve", name).code == 0
    assert run(tmp_path).state is State.PUSHED
    refused = deflask(tmp_path, *review, "--reject", name, "--reason", "too late")
    assert (refused.code, refused.errors) == (2, [f"error: {name} is pushed"])


def test_lease(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody pushes between our look and our push."""

    def interrupted(*given: object) -> bool:
        commit(repository, {"app.py": b"mine\n"}, branch="deflask/c", name="Human")
        return _unpacked(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("deflask.bulk.apply._unpacked", interrupted)
    row = run(tmp_path)
    assert (row.state, row.reason) == (State.SKIPPED, Reason.BRANCH_MODIFIED)
    assert git(repository, "show", f"{BRANCH}:app.py") == b"mine\n"


def test_pushed_all_the_same(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own commit comes there while we push, by a worker whose coordinator was killed: all is well."""
    attempt = Git.attempt

    def failing(git_: Git, *arguments: str, stdin: bytes = b"") -> tuple[int, bytes, str]:
        code, output, errors = attempt(git_, *arguments, stdin=stdin)
        return (1, b"!\t[rejected] (stale info)\n", "") if arguments[0] == "push" else (code, output, errors)

    monkeypatch.setattr(Git, "attempt", failing)
    assert run(tmp_path).state is State.PUSHED
    assert head(repository)


def test_limit_and_dry_run(tmp_path: Path) -> None:
    """Say what would be pushed; push to some; push to the rest."""
    repositories = [bare(tmp_path / f"r{n}.git", {"app.py": APP}) for n in range(3)]
    approved(tmp_path, *repositories)
    dry = deflask(tmp_path, "bulk", "apply", "--campaign", "c", "--dry-run")
    assert (dry.code, dry.text.count("would push")) == (0, 3)
    assert [head(each) for each in repositories] == ["", "", ""]
    assert deflask(tmp_path, "bulk", "apply", "--campaign", "c", "--jobs", "2", "--limit", "2").code == 0
    assert [bool(head(each)) for each in repositories] == [True, True, False]
    assert deflask(tmp_path, "bulk", "apply", "--campaign", "c").code == 0
    status = json.loads(deflask(tmp_path, "bulk", "status", "--campaign", "c", "--output-format", "json").text)
    assert status["counts"] == {"pushed": 3}
    assert [each["commit"] for each in status["repositories"]] == [head(each) for each in repositories]


def test_what_a_forge_does_is_written_down(tmp_path: Path, repository: Path) -> None:
    """One repository at a time, so that whoever is killed in between knows what was opened."""
    assert run(tmp_path).state is State.PUSHED
    condition = Condition.OPEN

    def act(rows: Iterable[offers.Row]) -> Iterator[Result]:
        for row in rows:
            assert (row.base, row.commit) == ("main", head(repository))
            assert "app.py:5" in row.findings
            yield Result(row, Did.DONE, None, PullRequest(1, "https://forge/r/pull/1", condition, row.commit))

    with opened(str(tmp_path / "c")) as campaign:
        [row] = pull_requests(campaign, act, having_branch(campaign))
        assert (row.state, row.pull_request) == (State.OPENED, "https://forge/r/pull/1")
        record(campaign, Result(branch_of(campaign, row), Did.FAILED, Reason.CONFLICT, words="no", note="no label"))
        assert (only(campaign).state, only(campaign).detail) == (State.FAILED, "no; no label")
        assert having_branch(campaign) == [row.id]
        condition = Condition.MERGED
        list(pull_requests(campaign, act, having_branch(campaign)))
        assert (only(campaign).state, only(campaign).pull_request) == (State.MERGED, row.pull_request)
        assert having_branch(campaign) == []
