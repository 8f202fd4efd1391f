"""Pushes what was approved, as it was reviewed: the commit of the plan on the commit that it was planned on."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace

from deflask.bulk import failures, served
from deflask.bulk.campaign import Campaign, lost
from deflask.bulk.engines import Engine, Lost
from deflask.bulk.git import Git
from deflask.bulk.journal import Row
from deflask.bulk.model import STOPPED, Outcome, State, Task
from deflask.bulk.planner import in_scratch, planned
from deflask.bulk.reasons import Reason, Stopped
from deflask.bulk.repository import create, look, tip
from deflask.bulk.urls import opened

_MOVES = 3
"""How often in one run a repository is planned again whose head moves on and on."""


def push(task: Task) -> Outcome:
    """Push one planned commit, or plan again where the repository has moved on or the commit is lost.

    Then the state is not PUSHED. Raises nothing: whatever stops it is the outcome.
    """
    return in_scratch(task, lambda git: _pushed(task, git))


def _pushed(task: Task, git: Git) -> Outcome:
    heads = look(git, task.target.branch, task.options.branch)
    # In a fork the repository's branches say nothing of ours.
    there = git if task.pushed_to is None else _at(git, task.pushed_to)
    if there is not git:
        heads = replace(heads, ours=tip(there, task.options.branch))
    if heads.ours == task.commit:
        return Outcome(State.PUSHED, log="the branch is there already")
    if heads.ours not in (None, task.pushed):
        raise Stopped(Reason.BRANCH_MODIFIED, f"{task.options.branch} is at {heads.ours}")
    if (heads.head, heads.base) == (task.head, task.base) and _unpacked(git, task):
        return _push(there, task, heads.ours)
    # The folder may hold what is left of a damaged pack.
    return planned(task, replace(git, folder=tempfile.mkdtemp(dir=git.folder)), heads)


def _at(git: Git, url: str) -> Git:
    """The same folder and log for another remote."""
    url, protocol = opened(url)
    return replace(git, url=url, protocol=protocol)


def _unpacked(git: Git, task: Task) -> bool:
    """Make a repository that holds the new commit and, of its parent, what a push compares; False if it is lost."""
    if task.commit is None or task.pack is None:
        return False
    create(git, task.commit)
    with open(os.path.join(git.folder, "shallow"), "w", encoding="ascii") as file:
        file.write(f"{task.head}\n")
    code, _, _ = git.attempt("index-pack", "--stdin", stdin=task.pack)
    return not (code or git.attempt("cat-file", "-e", f"{task.commit}^{{commit}}")[0])


def _push(git: Git, task: Task, there: str | None) -> Outcome:
    ref = f"refs/heads/{task.options.branch}"
    path = os.path.join(git.folder, ref)
    os.makedirs(os.path.dirname(path))
    with open(path, "w", encoding="ascii") as file:
        file.write(f"{task.commit}\n")
    # Only with an asterisk does git take a name for what it is, and not for the end of another one that is there.
    refs = f"{os.path.dirname(ref)}/*"
    code, output, errors = git.attempt(
        *("push", "--porcelain", "--no-verify", "--no-signed", "--no-follow-tags", "--recurse-submodules=no"),
        *(f"--force-with-lease={ref}:{there or ''}", *served.pushing(git), "--", git.url, f"{refs}:{refs}"),
    )
    if not code:
        return Outcome(State.PUSHED)
    # Whoever was killed while pushing may have pushed all the same.
    if tip(git, task.options.branch) == task.commit:
        return Outcome(State.PUSHED, log="the branch is there already")
    refused = [line for line in output.decode("utf-8", "replace").splitlines() if line.startswith("!")]
    if any("stale info" in line for line in refused):
        raise Stopped(Reason.BRANCH_MODIFIED, f"{task.options.branch} has changed meanwhile")
    words = failures.words("\n".join([errors, *refused]))
    raise Stopped(Reason.PUSH_REFUSED if refused else git.reason(errors), words)


def waiting(campaign: Campaign, retry_failed: bool = False) -> list[int]:
    """The repositories that `apply` would push: what is approved, and what failed or was skipped after it was."""
    rows = campaign.journal.rows([State.APPROVED, *(STOPPED if retry_failed else ())])
    return [row.id for row in rows if row.commit is not None]


def apply(campaign: Campaign, engine: Engine, ids: Iterable[int]) -> Iterator[Row]:
    """Push the commits of some repositories; each repository as it is done."""
    for _ in range(_MOVES):
        again: list[int] = []
        tasks = (_task(campaign, campaign.journal.row(each), engine.local) for each in ids)
        for task, result in engine.run(push, tasks):
            row = _recorded(campaign, campaign.journal.row(task.id), result)
            if row.state is State.APPROVED:
                again.append(row.id)
            else:
                yield row
        ids = again
    for each in ids:
        campaign.journal.record(each, State.PLANNED, Reason.HEAD_MOVED, "again and again")
        yield campaign.journal.row(each)


def _task(campaign: Campaign, row: Row, local: bool) -> Task:
    task = campaign.task(row, local)
    return replace(task, head=row.head, base=row.base, commit=row.commit, pack=campaign.pack(row))


def _recorded(campaign: Campaign, row: Row, result: Outcome | Lost) -> Row:
    """Write down what came of a push. A plan that had to be made again keeps its approval if its diff is the same."""
    outcome = lost(result) if isinstance(result, Lost) else result
    if outcome.state is State.PUSHED:
        campaign.keep_log(row, outcome.log)
        campaign.journal.record(row.id, State.PUSHED, pushed=row.commit or "")
    elif outcome.state in (State.PLANNED, State.NOTHING_TO_DO):
        same = outcome.diff is not None and outcome.diff == campaign.diff(row)
        if same:
            outcome = replace(outcome, state=State.APPROVED)
        elif outcome.state is State.PLANNED:
            moved = (outcome.head, outcome.base) != (row.head, row.base)
            outcome = replace(outcome, reason=Reason.HEAD_MOVED if moved else Reason.PLAN_LOST)
        campaign.keep(row, outcome)
    else:
        campaign.keep_log(row, outcome.log)
        campaign.journal.record(row.id, outcome.state, outcome.reason, outcome.detail)
    return campaign.journal.row(row.id)
