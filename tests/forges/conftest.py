"""The servers, started once, and a world of its own for every test: asked directly, and through the judge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deflask.bulk.forges.github import GitHub
from deflask.bulk.forges.gitlab import GitLab
from deflask.bulk.forges.token import Token
from tests.forges import fake_github, fake_gitlab
from tests.forges.contract import Judge, NotInstalled, install, judging
from tests.forges.server import Server, serving
from tests.forges.state import TOKEN, Forge
from tests.forges.world import World


@pytest.fixture(scope="session")
def github_server() -> Iterator[Server]:
    with serving(fake_github.answer) as server:
        yield server


@pytest.fixture(scope="session")
def gitlab_server() -> Iterator[Server]:
    with serving(fake_gitlab.answer) as server:
        yield server


@pytest.fixture(scope="session")
def judge(github_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """The published contract. Without npm there is none, and a test that wants it is skipped."""
    try:
        install()
    except NotInstalled as error:
        pytest.skip(f"no contract to hold the fake to: {error}")
    with judging(github_server.url, tmp_path_factory.mktemp("judge")) as made:
        yield made


@pytest.fixture
def direct(github_server: Server, tmp_path: Path) -> Iterator[World]:
    """GitHub without a judge: for answers that are not in the description, as 429."""
    yield from _github(github_server, github_server.url, tmp_path)


@pytest.fixture
def judged(judge: Judge, github_server: Server, tmp_path: Path) -> Iterator[World]:
    """GitHub behind its judge, who has nothing to say against anything at the end."""
    before = len(judge.violations)
    yield from _github(github_server, judge.url, tmp_path)
    assert judge.violations[before:] == []


@pytest.fixture(params=["direct", "judged"])
def world(request: pytest.FixtureRequest) -> World:
    """GitHub, twice."""
    made: World = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def gitlab_world(gitlab_server: Server, tmp_path: Path) -> Iterator[World]:
    forge = _forge(gitlab_server, f"{gitlab_server.url}/api/v4", tmp_path / "gitlab")
    client = GitLab(Token(TOKEN), forge.api_url)
    yield World(forge, client, _folder(tmp_path / "gitlab"))
    client.close_connection()


def _github(server: Server, api_url: str, tmp_path: Path) -> Iterator[World]:
    forge = _forge(server, api_url, tmp_path / "github")
    client = GitHub(Token(TOKEN), api_url)
    yield World(forge, client, _folder(tmp_path / "github"))
    client.close_connection()


def _forge(server: Server, api_url: str, folder: Path) -> Forge:
    (folder / "served").mkdir(parents=True)
    server.forge = Forge(folder / "served")
    server.forge.git_url, server.forge.api_url = server.url, api_url
    return server.forge


def _folder(folder: Path) -> Path:
    clones = folder / "clones"
    clones.mkdir()
    return clones
