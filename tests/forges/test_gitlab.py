"""Merge requests on GitLab, by the fake and python-gitlab alone: GitLab publishes no description to judge by."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deflask.bulk.forges import Checks, Conflict, State
from deflask.bulk.forges.body import PullRequestText
from deflask.bulk.forges.pacing import Halted
from deflask.bulk.offers import Did, Offer
from deflask.bulk.pull_requests import close_all, merge_all, open_all, update_all
from deflask.bulk.push_target import PushTarget, push_target
from deflask.bulk.reasons import Reason
from tests.forges import git
from tests.forges.state import TOKEN, US, Pull
from tests.forges.world import BRANCH, Entry, World

GROUP = "acme/web"


def test_a_merge_request_is_made_found_and_completed(gitlab_world: World) -> None:
    world = gitlab_world
    row = world.push(world.forge.add(GROUP, "shop"))
    row, pull, result = world.opened(row, Offer(labels=("security",), reviewers=("alice",), draft=True))
    assert (result.did, result.note) == (Did.DONE, "")
    made = result.pull_request
    assert made is not None
    assert (made.number, made.state, made.head, made.draft) == (1, State.OPEN, row.commit, True)
    assert (made.title, pull.title) == (
        "Let only the environment switch Flask's debugger on",
        "Draft: Let only the environment switch Flask's debugger on",
    )
    assert (pull.labels, pull.reviewers, pull.base) == (["security"], ["5"], git.BASE)
    assert row.findings in pull.body
    again, _, result = world.opened(replace(row, pull_request=None), Offer(labels=("security",)))
    assert (again, result.did, len(world.forge.pulls)) == (row, Did.UNCHANGED, 1)


def test_one_of_a_strangers_fork_is_not_ours(gitlab_world: World) -> None:
    world = gitlab_world
    repository = world.forge.add(GROUP, "shop")
    row = world.push(repository)
    stranger = world.forge.fork(repository, "stranger")
    world.forge.pulls.append(Pull(1, repository, stranger, BRANCH, git.BASE, "Draft: x", "", True, "closed"))
    row, _, result = world.opened(row)
    assert (len(world.forge.pulls), result.did) == (2, Did.DONE)


def test_a_persons_no_and_a_persons_commits_are_respected(gitlab_world: World) -> None:
    world = gitlab_world
    first, second = world.forge.add(GROUP, "one"), world.forge.add(GROUP, "two")
    closed, pull, _ = world.opened(world.push(first))
    pull.close()
    modified, _, _ = world.opened(world.push(second))
    git.commit(second.path, BRANCH, b"# mine\n", modified.commit)
    for results in (
        update_all([closed, modified], world.client, Offer(PullRequestText("T")), world.pacer()),
        merge_all([closed, modified], world.client, world.pacer()),
        close_all([closed, modified], world.client, world.pacer()),
    ):
        assert [each.reason for each in results] == [Reason.CLOSED_BY_PERSON, Reason.BRANCH_MODIFIED]
    [result] = open_all([replace(closed, pull_request=None)], world.client, Offer(), world.pacer())
    assert result.reason is Reason.CLOSED_BY_PERSON
    with pytest.raises(Conflict, match="SHA does not match"):
        world.client.merge(modified.url, 1, modified.commit)


def test_update_keeps_the_draft_and_close_says_who_did_it(gitlab_world: World) -> None:
    world = gitlab_world
    row, pull, _ = world.opened(world.push(world.forge.add(GROUP, "shop")), Offer(draft=True))
    offer = Offer(PullRequestText("New\n\n$findings"))
    outcomes = [result.did for _ in range(2) for result in update_all([row], world.client, offer, world.pacer())]
    assert (outcomes, pull.title) == ([Did.DONE, Did.UNCHANGED], "Draft: New")
    [result] = close_all([row], world.client, world.pacer())
    assert result.pull_request is not None
    assert (result.did, result.pull_request.closed_by_person) == (Did.DONE, False)
    assert "Closed by deflask" in pull.body
    assert (world.opened(row)[2].did, len(world.forge.pulls)) == (Did.DONE, 2)


@pytest.mark.parametrize(
    ("status", "checks", "reason"),
    [
        ((), Checks.NONE, None),
        (("success",), Checks.PASSED, None),
        (("running",), Checks.PENDING, Reason.CHECKS_PENDING),
        (("failed",), Checks.FAILED, Reason.CHECKS_FAILED),
    ],
)
def test_only_what_passes_is_merged(
    gitlab_world: World, status: tuple[str, ...], checks: Checks, reason: Reason | None
) -> None:
    world = gitlab_world
    row, pull, result = world.opened(world.push(world.forge.add(GROUP, "shop", statuses=status)))
    assert result.pull_request is not None
    assert world.client.checks(row.url, result.pull_request) is checks
    [result] = merge_all([row], world.client, world.pacer())
    assert (result.reason, pull.merged) == (reason, reason is None)
    if pull.merged:
        assert [each.reason for each in merge_all([row], world.client, world.pacer())] == [Reason.MERGED]


def test_without_the_right_to_push_it_comes_from_a_fork(gitlab_world: World) -> None:
    world = gitlab_world
    repository = world.forge.add(GROUP, "shop", pushers=set())
    url = world.forge.clone_url(repository)
    target = push_target(world.client, url, world.pacer())
    assert isinstance(target, PushTarget)
    assert target.pushed_to == f"{world.forge.git_url}/{US}/shop.git"
    assert world.waits
    row = world.push(repository, to=target.url)
    row, pull, result = world.opened(row)
    assert (pull.source.owner, pull.repository.owner, result.did) == (US, GROUP, Did.DONE)
    assert world.opened(replace(row, pull_request=None))[2].did is Did.UNCHANGED
    assert push_target(world.client, url, world.pacer()) == target


def test_archived_and_disabled_are_known_before(gitlab_world: World) -> None:
    world = gitlab_world
    archived, disabled = world.forge.add(GROUP, "old", archived=True), world.forge.add(GROUP, "off", disabled=True)
    assert push_target(world.client, world.forge.clone_url(archived), world.pacer()) is Reason.ARCHIVED
    assert push_target(world.client, world.forge.clone_url(disabled), world.pacer()) is Reason.DISABLED
    [result] = open_all(
        [Entry("x", world.forge.clone_url(archived), "0" * 40, branch="main")], world.client, Offer(), world.pacer()
    )
    assert (result.did, result.reason) == (Did.LEFT, Reason.ARCHIVED)


def test_an_answer_that_is_lost_makes_no_second_one(gitlab_world: World) -> None:
    world = gitlab_world
    row = world.push(world.forge.add(GROUP, "shop"))
    world.forge.lost_answers = 1
    assert world.opened(row)[2].did is Did.DONE
    assert len(world.forge.pulls) == 1


def test_its_words_are_kept_and_one_row_fails_alone(gitlab_world: World) -> None:
    world = gitlab_world
    row = world.push(world.forge.add(GROUP, "shop"))
    rows = [
        Entry("none", f"{world.forge.git_url}/acme/none.git", "0" * 40),
        replace(row, branch="deflask/gone"),
        Entry("local", "/srv/git/x.git", "0" * 40),
        row,
    ]
    results = list(open_all(rows, world.client, Offer(reviewers=("nobody",)), world.pacer()))
    assert [each.reason for each in results] == [Reason.NOT_FOUND, Reason.REFUSED, Reason.REFUSED, None]
    assert "does not exist" in results[1].words
    assert results[3].note == "labels or reviewers: no user nobody"


def test_limits_are_waited_for_by_our_clock(gitlab_world: World) -> None:
    world = gitlab_world
    world.forge.limits.budget, world.forge.limits.window = 5, 60.0
    results = list(open_all(world.rows(6, GROUP), world.client, Offer(), world.pacer()))
    assert [each.did for each in results] == [Did.DONE] * 6
    assert (len(world.waits), world.forge.limits.early) == (2, 0)
    world.forge.limits.budget = None
    world.forge.limits.writes_at_once, world.forge.limits.penalty = 1, 90.0
    assert len(list(close_all([], world.client, world.pacer()))) == 0
    world.forge.limits.unavailable = 3
    [result] = open_all([world.rows(1, "other")[0]], world.client, Offer(), world.pacer())
    assert result.reason is Reason.UNAVAILABLE


def test_a_token_that_is_not_taken_stops_the_run(gitlab_world: World) -> None:
    world = gitlab_world
    row = world.push(world.forge.add(GROUP, "shop"))
    world.forge.people.pop(TOKEN)
    with pytest.raises(Halted, match="401"):
        list(open_all([row], world.client, Offer(), world.pacer()))
