"""The repositories of an organisation and of a group, page after page, without those that nobody wants changed."""

from __future__ import annotations

import pytest

from deflask.bulk.sources import github, gitlab
from deflask.bulk.sources.listing import Filter, Repository
from tests.forges.state import TOKEN, Forge
from tests.forges.world import World


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GITLAB_TOKEN", TOKEN)


def fill(forge: Forge, owner: str) -> None:
    """Four repositories of which one is wanted by default, and one of somebody else."""
    first = forge.add(owner, "shop")
    forge.add(owner, "old-shop", like=first, archived=True)
    forge.add(owner, "off-shop", like=first, disabled=True)
    forge.add(owner, "lib", like=first, parent=first)
    forge.add("elsewhere", "shop", like=first)


def of_github(world: World, only: Filter) -> list[Repository]:
    settings = github.Settings("acme", api_url=world.forge.api_url, only=only)
    return list(github.repositories(settings, world.pacer()))


def of_gitlab(world: World, only: Filter) -> list[Repository]:
    settings = gitlab.Settings("acme", api_url=world.forge.api_url, only=only)
    return list(gitlab.repositories(settings, world.pacer()))


CASES = [
    (Filter(), ["shop"]),
    (Filter(archived=True), ["shop", "old-shop"]),
    (Filter(forks=True, disabled=True), ["shop", "off-shop", "lib"]),
    (Filter(("*-shop", "l?b"), True, True, True), ["old-shop", "off-shop", "lib"]),
    (Filter(("acme/*",)), ["shop"]),
    (Filter(("/^acme/(web/)?(shop|lib)$/",), forks=True), ["shop", "lib"]),
    (Filter(("none",)), []),
]


@pytest.mark.parametrize(("only", "names"), CASES)
def test_github_organisations(world: World, only: Filter, names: list[str]) -> None:
    fill(world.forge, "acme")
    wanted = [Repository(f"acme/{name}", f"{world.forge.git_url}/acme/{name}.git", "main") for name in names]
    assert of_github(world, only) == wanted


@pytest.mark.parametrize(("only", "names"), CASES)
def test_gitlab_groups_and_their_subgroups(gitlab_world: World, only: Filter, names: list[str]) -> None:
    fill(gitlab_world.forge, "acme/web")
    found = of_gitlab(gitlab_world, only)
    assert [each.name for each in found] == [f"acme/web/{name}" for name in names]
    assert all(each.url == f"{gitlab_world.forge.git_url}/{each.name}.git" for each in found)


def test_all_pages_are_read_and_limits_obeyed(world: World, gitlab_world: World) -> None:
    for each, read in ((world, of_github), (gitlab_world, of_gitlab)):
        first = each.forge.add("acme", "r0")
        for number in range(1, 101):
            each.forge.add("acme", f"r{number}", like=first)
        each.forge.limits.budget, each.forge.limits.window = 1, 100.0
        assert len(set(read(each, Filter()))) == 101
        assert (len(each.waits), each.forge.limits.early) in ((2, 0), (1, 0))


def test_a_pattern_that_is_wrong_is_said() -> None:
    with pytest.raises(ValueError, match="/\\(/"):
        Filter(("/(/",))
