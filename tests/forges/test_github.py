"""Pull requests on GitHub, from the pushed branch to the end, by the fake and by what GitHub publishes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deflask.bulk.forges import Checks, Conflict, NotFound, State
from deflask.bulk.forges.body import PullRequestText
from deflask.bulk.forges.pacing import Halted
from deflask.bulk.offers import Did, Offer
from deflask.bulk.pull_requests import close_all, merge_all, open_all, update_all
from deflask.bulk.push_target import PushTarget, push_target
from deflask.bulk.reasons import Reason
from tests.forges import git
from tests.forges.state import US
from tests.forges.world import BRANCH, Entry, World


def test_a_pull_request_is_made_as_it_was_asked_for(world: World) -> None:
    row = world.push(world.forge.add("acme", "shop"))
    offer = Offer(labels=("security",), reviewers=("alice", "acme/team"), draft=True)
    row, pull, result = world.opened(row, offer)
    assert (result.did, result.reason, result.note) == (Did.DONE, None, "")
    assert (pull.branch, pull.base, pull.draft) == (BRANCH, git.BASE, True)
    assert (pull.labels, pull.reviewers) == (["security"], ["alice", "team"])
    assert pull.title == "Let only the environment switch Flask's debugger on"
    assert row.findings in pull.body
    assert "FLASK_DEBUG=1" in pull.body
    made = result.pull_request
    assert made is not None
    assert (made.number, made.state, made.head, made.draft) == (1, State.OPEN, row.commit, True)
    assert made.url.endswith("/pull/1")


def test_one_that_is_there_is_taken_and_what_is_missing_is_added(world: World) -> None:
    row, pull, _ = world.opened(world.push(world.forge.add("acme", "shop")), Offer(labels=("a",)))
    again, _, result = world.opened(replace(row, pull_request=None), Offer(labels=("A", "b"), reviewers=("alice",)))
    assert result.did is Did.UNCHANGED
    assert again == row
    assert len(world.forge.pulls) == 1
    assert (pull.labels, pull.reviewers) == (["a", "b"], ["alice"])
    before = len(world.forge.requests)
    assert world.opened(row)[2].did is Did.UNCHANGED
    assert world.forge.requests[before:] == [("GET", "/repos/acme/shop/pulls/1")]


def test_who_has_reviewed_is_not_asked_again(world: World) -> None:
    row, pull, _ = world.opened(world.push(world.forge.add("acme", "shop")))
    pull.reviewed = True
    world.opened(replace(row, pull_request=None), Offer(reviewers=("alice",)))
    assert pull.reviewers == []


@pytest.mark.parametrize("recorded", [True, False])
def test_what_a_person_closed_stays_closed(world: World, recorded: bool) -> None:
    row, pull, _ = world.opened(world.push(world.forge.add("acme", "shop")))
    pull.close()
    [result] = open_all([row if recorded else replace(row, pull_request=None)], world.client, Offer(), world.pacer())
    assert (result.did, result.reason) == (Did.LEFT, Reason.CLOSED_BY_PERSON)
    assert len(world.forge.pulls) == 1
    for results in (
        update_all([row], world.client, Offer(), world.pacer()),
        merge_all([row], world.client, world.pacer()),
        close_all([row], world.client, world.pacer()),
    ):
        assert [each.reason for each in results] == [Reason.CLOSED_BY_PERSON]


def test_what_we_closed_says_so_and_can_be_opened_again(world: World) -> None:
    row, pull, _ = world.opened(world.push(world.forge.add("acme", "shop")))
    [result] = close_all([row], world.client, world.pacer())
    assert result.did is Did.DONE
    assert result.pull_request is not None
    assert (result.pull_request.state, result.pull_request.closed_by_person) == (State.CLOSED, False)
    assert "Closed by deflask" in pull.body
    assert [each.reason for each in close_all([row], world.client, world.pacer())] == [Reason.CLOSED]
    _, _, result = world.opened(row)
    assert (len(world.forge.pulls), result.did) == (2, Did.DONE)


def test_title_and_body_are_brought_up_to_date_once(world: World) -> None:
    row, pull, _ = world.opened(world.push(world.forge.add("acme", "shop")))
    offer = Offer(PullRequestText("Fix $repository\n\n$findings\n"))
    outcomes = [result.did for _ in range(2) for result in update_all([row], world.client, offer, world.pacer())]
    assert outcomes == [Did.DONE, Did.UNCHANGED]
    assert (pull.title, pull.body) == ("Fix acme/shop", f"{row.findings}\n")


def test_a_persons_commits_are_left_alone(world: World) -> None:
    repository = world.forge.add("acme", "shop")
    row, pull, _ = world.opened(world.push(repository))
    theirs = git.commit(repository.path, BRANCH, b"# mine\n", row.commit)
    for results in (
        update_all([row], world.client, Offer(PullRequestText("Other")), world.pacer()),
        merge_all([row], world.client, world.pacer()),
        close_all([row], world.client, world.pacer()),
    ):
        assert [each.reason for each in results] == [Reason.BRANCH_MODIFIED]
    assert (pull.head, pull.state, pull.title != "Other") == (theirs, "open", True)
    with pytest.raises(Conflict, match="modified"):
        world.client.merge(row.url, 1, row.commit)


@pytest.mark.parametrize(
    ("statuses", "runs", "checks", "reason"),
    [
        ((), (), Checks.NONE, None),
        (("success",), ("success", "neutral", "skipped"), Checks.PASSED, None),
        ((), ("in_progress", "success"), Checks.PENDING, Reason.CHECKS_PENDING),
        (("pending",), (), Checks.PENDING, Reason.CHECKS_PENDING),
        (("success",), ("in_progress", "failure"), Checks.FAILED, Reason.CHECKS_FAILED),
        (("failure",), ("success",), Checks.FAILED, Reason.CHECKS_FAILED),
    ],
)
def test_only_what_passes_is_merged(
    world: World, statuses: tuple[str, ...], runs: tuple[str, ...], checks: Checks, reason: Reason | None
) -> None:
    repository = world.forge.add("acme", "shop", statuses=statuses, check_runs=runs)
    row, pull, result = world.opened(world.push(repository))
    assert result.pull_request is not None
    assert world.client.checks(row.url, result.pull_request) is checks
    [result] = merge_all([row], world.client, world.pacer())
    assert (result.reason, pull.merged) == (reason, reason is None)
    if pull.merged:
        assert result.pull_request is not None
        assert result.pull_request.state is State.MERGED
        assert git.git(repository.path, "cat-file", "blob", "main:app.py").startswith("app.run(debug=os")
        [again] = merge_all([row], world.client, world.pacer())
        assert (again.did, again.reason) == (Did.LEFT, Reason.MERGED)


def test_it_is_merged_as_the_repository_wants_it(world: World) -> None:
    row, pull, _ = world.opened(world.push(world.forge.add("acme", "shop", methods=("rebase",))))
    [result] = merge_all([row], world.client, world.pacer())
    assert (result.did, pull.merged) == (Did.DONE, True)


def test_drafts_and_rows_without_a_pull_request_are_not_merged(world: World) -> None:
    row, _, _ = world.opened(world.push(world.forge.add("acme", "shop")), Offer(draft=True))
    results = merge_all([row, replace(row, pull_request=None)], world.client, world.pacer())
    assert [each.reason for each in results] == [Reason.DRAFT, Reason.NO_PULL_REQUEST]


def test_archived_and_disabled_are_known_before_anything_is_pushed(world: World) -> None:
    archived = world.forge.add("acme", "old", archived=True)
    disabled = world.forge.add("acme", "off", disabled=True)
    assert push_target(world.client, world.forge.clone_url(archived), world.pacer()) is Reason.ARCHIVED
    assert push_target(world.client, world.forge.clone_url(disabled), world.pacer()) is Reason.DISABLED


def test_archived_after_the_push_is_left_and_no_failure(world: World) -> None:
    repository = world.forge.add("acme", "shop")
    row = world.push(repository)
    repository.archived = True
    [result] = open_all([row], world.client, Offer(), world.pacer())
    assert (result.did, result.reason) == (Did.LEFT, Reason.ARCHIVED)
    assert "read-only" in result.words


def test_without_the_right_to_push_it_comes_from_a_fork(world: World) -> None:
    repository = world.forge.add("acme", "shop", pushers=set())
    url = world.forge.clone_url(repository)
    with pytest.raises(RuntimeError, match="403"):
        world.push(repository)
    target = push_target(world.client, url, world.pacer())
    assert isinstance(target, PushTarget)
    assert target.pushed_to == target.url == url.replace("acme", US)
    assert "deflask-bot/shop is being made" in world.waits
    row = world.push(repository, to=target.url)
    _, pull, result = world.opened(row, Offer(labels=("security",)))
    assert (pull.source.owner, pull.repository.owner) == (US, "acme")
    assert result.note == "labels or reviewers: Not Found"
    _, _, again = world.opened(row)
    assert again.did is Did.UNCHANGED
    assert push_target(world.client, url, world.pacer()) == target


def test_where_we_may_push_nothing_is_forked(world: World) -> None:
    url = world.forge.clone_url(world.forge.add("acme", "shop"))
    assert push_target(world.client, url, world.pacer()) == PushTarget(url)
    assert len(world.forge.repositories) == 1


def test_reviewers_that_are_not_taken_are_a_note(world: World) -> None:
    row = world.push(world.forge.add("acme", "shop", unknown_reviewers=True))
    _, _, result = world.opened(row, Offer(reviewers=("nobody",)))
    assert result.did is Did.DONE
    assert "collaborators" in result.note


def test_the_forges_words_are_kept(world: World) -> None:
    row = world.push(world.forge.add("acme", "shop"))
    gone = replace(row, branch="deflask/gone")
    same = replace(row, branch=git.BASE)
    results = list(open_all([gone, same], world.client, Offer(), world.pacer()))
    assert [each.reason for each in results] == [Reason.REFUSED, Reason.REFUSED]
    assert results[0].words == "Validation Failed; invalid"
    assert results[1].words == "Validation Failed; No commits between main and main"


def test_an_answer_that_is_lost_makes_no_second_pull_request(world: World) -> None:
    row = world.push(world.forge.add("acme", "shop"))
    world.forge.lost_answers = 1
    _, _, result = world.opened(row)
    assert result.did is Did.DONE
    assert len(world.forge.pulls) == 1
    assert sum(request == ("POST", "/repos/acme/shop/pulls") for request in world.forge.requests) == 2


def test_a_repository_of_another_host_is_not_looked_up_here(world: World) -> None:
    row = Entry("acme/shop", "https://github.com/acme/shop", "0" * 40)
    [result] = open_all([row], world.client, Offer(), world.pacer())
    assert (result.reason, world.forge.requests) == (Reason.REFUSED, [])


def test_what_is_not_there_is_one_failed_row(direct: World) -> None:
    # A list of pull requests that is not found, and the two below, are answers that the description does not know.
    row = Entry("acme/none", f"{direct.forge.git_url}/acme/none.git", "0" * 40)
    good = direct.push(direct.forge.add("acme", "shop"))
    results = open_all([row, good], direct.client, Offer(), direct.pacer())
    assert [each.reason for each in results] == [Reason.NOT_FOUND, None]
    with pytest.raises(NotFound):
        direct.client.access(row.url)


def test_a_token_that_is_not_taken_stops_the_run(direct: World) -> None:
    row = direct.push(direct.forge.add("acme", "shop"))
    direct.forge.people.clear()
    results = open_all([row, row], direct.client, Offer(), direct.pacer())
    with pytest.raises(Halted, match="Bad credentials"):
        next(results)


def test_a_server_that_does_not_answer_is_asked_three_times(direct: World) -> None:
    row = direct.push(direct.forge.add("acme", "shop"))
    direct.forge.limits.unavailable = 2
    assert direct.opened(row)[2].did is Did.DONE
    assert direct.forge.clock.slept[:2] == [5, 10]
    direct.forge.limits.unavailable = 3
    row = replace(row, pull_request="https://github.com/acme/shop/pull/1")
    [result] = open_all([row], direct.client, Offer(), direct.pacer())
    assert (result.did, result.reason) == (Did.FAILED, Reason.UNAVAILABLE)


def test_what_is_recorded_and_no_pull_request_is_refused(direct: World) -> None:
    row = Entry("shop", f"{direct.forge.git_url}/acme/shop.git", "0" * 40, pull_request="https://github.com/acme/shop")
    assert [each.reason for each in close_all([row], direct.client, direct.pacer())] == [Reason.REFUSED]
