"""Rate limits and outages on a clock that is turned by hand: nobody sleeps, and nobody asks too early."""

from __future__ import annotations

import pytest

from deflask.bulk.forges.pacing import ALL, Halted, Pace
from deflask.bulk.offers import Did, Offer
from deflask.bulk.pull_requests import close_all, open_all
from tests.forges import git
from tests.forges.world import BRANCH, World


def test_the_primary_limit_is_waited_for(world: World) -> None:
    world.forge.limits.budget = 15
    rows = world.rows(20)
    results = list(open_all(rows, world.client, Offer(), world.pacer()))
    assert [each.did for each in results] == [Did.DONE] * 20
    assert len(world.forge.pulls) == 20
    # 20 rows take 40 requests, so the budget ends twice, and each time there is one refusal and one wait.
    assert len(world.waits) == 2
    assert world.forge.limits.early == 0
    assert all("API rate limit exceeded" in each for each in world.waits)
    assert 3500 * 2 < sum(world.forge.clock.slept) < 3700 * 2


@pytest.mark.parametrize("says_when", [True, False])
def test_the_secondary_limit_is_obeyed(world: World, says_when: bool) -> None:
    limits = world.forge.limits
    limits.writes_at_once, limits.penalty, limits.says_when = 10, 60.0, says_when
    results = list(open_all(world.rows(35), world.client, Offer(), world.pacer()))
    assert [each.did for each in results] == [Did.DONE] * 35
    assert (len(world.forge.pulls), len(world.waits), limits.early) == (35, 3, 0)


def test_without_a_time_the_wait_doubles(direct: World) -> None:
    limits = direct.forge.limits
    limits.writes_at_once, limits.penalty, limits.says_when = 1, 400.0, False
    assert len(list(open_all(direct.rows(2), direct.client, Offer(), direct.pacer()))) == 2
    assert [each for each in direct.forge.clock.slept if each > 1] == [60, 120, 240]


def test_429_is_the_same(direct: World) -> None:
    direct.forge.limits.status, direct.forge.limits.budget = 429, 5
    rows = direct.rows(6)
    assert len(list(open_all(rows, direct.client, Offer(), direct.pacer()))) == 6
    assert (len(direct.waits), direct.forge.limits.early) == (2, 0)


def test_a_limit_that_does_not_end_stops_the_run_and_fails_nothing(direct: World) -> None:
    direct.forge.limits.budget = 0
    results = open_all(direct.rows(3), direct.client, Offer(), direct.pacer())
    with pytest.raises(Halted, match="rate limit"):
        next(results)
    direct.forge.limits.budget, direct.forge.limits.window = None, 3600
    assert direct.forge.pulls == []


def test_who_wants_to_be_left_alone_for_a_day_is(direct: World) -> None:
    limits = direct.forge.limits
    limits.writes_at_once, limits.penalty = 2, 86_400.0
    results = open_all(direct.rows(3), direct.client, Offer(), direct.pacer())
    assert [next(results).did, next(results).did] == [Did.DONE] * 2
    with pytest.raises(Halted):
        next(results)
    assert sum(direct.forge.clock.slept) < 10


def test_a_run_goes_on_where_the_last_one_stopped(direct: World) -> None:
    rows = direct.rows(5)
    first = list(open_all(rows, direct.client, Offer(), direct.pacer(Pace(limit=2))))
    assert len(first) == 2
    # As after a kill: the journal knows nothing of what was done.
    second = list(open_all(rows, direct.client, Offer(), direct.pacer(Pace(limit=2))))
    assert [each.did.value for each in second] == ["unchanged"] * 2 + ["done"] * 2
    third = list(open_all(rows, direct.client, Offer(), direct.pacer()))
    assert [each.did.value for each in third] == ["unchanged"] * 4 + ["done"]
    assert len(direct.forge.pulls) == 5


def test_so_many_an_hour(direct: World) -> None:
    begun = direct.forge.clock.now()
    list(open_all(direct.rows(7), direct.client, Offer(), direct.pacer(Pace(per_hour=60))))
    assert 360 <= direct.forge.clock.now() - begun < 370
    assert direct.waits == ["60 an hour"] * 6


def test_a_wave_that_fails_is_the_last(direct: World) -> None:
    rows = direct.rows(30)
    for number in (1, 3):
        git.git(direct.forge.repositories[rows[number].name].path, "update-ref", "-d", f"refs/heads/{BRANCH}")
    results = open_all(rows, direct.client, Offer(), direct.pacer(Pace(waves=(5, ALL))))
    first = [next(results).did for _ in range(5)]
    assert first == [Did.DONE, Did.FAILED, Did.DONE, Did.FAILED, Did.DONE]
    with pytest.raises(Halted, match="2 of 5 pull requests of this wave failed"):
        next(results)


def test_waves_without_all_end(direct: World) -> None:
    assert len(list(open_all(direct.rows(9), direct.client, Offer(), direct.pacer(Pace(waves=(2, 3)))))) == 5


def test_writes_are_a_second_apart(direct: World) -> None:
    rows = direct.rows(3)
    list(open_all(rows, direct.client, Offer(labels=("a",)), direct.pacer()))
    assert direct.forge.clock.slept == [1.0] * 5
    assert {each.did for each in close_all(rows, direct.client, direct.pacer())} == {Did.LEFT}
