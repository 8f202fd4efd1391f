"""Servers that are gone, talk nonsense or send us elsewhere: one row fails, and the token goes nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from deflask.bulk.forges import Forge as Client
from deflask.bulk.forges import Refused, Unavailable
from deflask.bulk.forges.address import Address, address, path_on
from deflask.bulk.forges.github import GitHub
from deflask.bulk.forges.gitlab import GitLab
from deflask.bulk.forges.token import Token
from deflask.bulk.push_target import push_target
from tests.forges.server import Api, Server, serving
from tests.forges.state import TOKEN, Forge, Response
from tests.forges.world import World
from tests.live.server import HOST, free_ports

URL = f"http://{HOST}/acme/shop.git"


def clients(url: str) -> list[Client]:
    return [GitHub(Token(TOKEN), url), GitLab(Token(TOKEN), f"{url}/api/v4")]


def answering(response: Response) -> Api:
    def api(forge: Forge, *_: Any) -> Response:
        return response

    return api


def prepared(server: Server, forge: Forge) -> None:
    server.forge = forge


@pytest.mark.parametrize(
    "body", [[], {}, "text", None, 7, {"full_name": 3, "archived": {}}, [{"id": 1}]], ids=lambda body: repr(body)[:12]
)
def test_nonsense_is_an_error_of_ours(direct: World, body: object) -> None:
    with serving(answering(Response(200, body))) as server:
        prepared(server, direct.forge)
        for client in clients(server.url):
            for call in (lambda: client.access(URL), lambda: client.get(URL, 1), lambda: client.fork(URL)):  # noqa: B023
                with pytest.raises(Unavailable):
                    call()
            client.close_connection()


def test_a_server_that_is_gone_is_unavailable() -> None:
    [port] = free_ports(1)
    for client in clients(f"http://{HOST}:{port}"):
        with pytest.raises(Unavailable, match="no answer: ConnectionError"):
            client.access(URL)
        client.close_connection()


@pytest.mark.parametrize("status", [301, 302, 307])
def test_the_token_does_not_follow_to_another_host(direct: World, status: int) -> None:
    logins: list[str | None] = []

    def catch(forge: Forge, method: str, path: str, query: object, body: object, login: str | None) -> Response:
        logins.append(login)
        return Response(200, {})

    with serving(catch) as other:
        prepared(other, direct.forge)
        place = other.url.replace(HOST, "localhost") + "/elsewhere"
        with serving(answering(Response(status, {"message": "moved"}, {"Location": place}))) as server:
            prepared(server, direct.forge)
            for client in clients(server.url):
                with pytest.raises((Unavailable, Refused)):
                    client.access(URL)
                client.close_connection()
    assert set(logins) <= {None}


def test_a_fork_that_never_comes_is_given_up(direct: World) -> None:
    repository = direct.forge.add("acme", "shop", pushers=set())
    direct.forge.fork(repository, "deflask-bot").looks_until_ready = 1000
    with pytest.raises(Unavailable, match="not ready"):
        push_target(direct.client, direct.forge.clone_url(repository), direct.pacer())
    assert 290 < sum(direct.forge.clock.slept) < 310


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://github.com/acme/shop", "acme/shop"),
        ("https://x:y@GitHub.com:443/acme/shop.git/", "acme/shop"),
        ("ssh://git@github.com/acme/shop.git", "acme/shop"),
        ("git@github.com:acme/sho.p.git", "acme/sho.p"),
    ],
)
def test_addresses_are_read(url: str, path: str) -> None:
    assert address(url) == Address("github.com", path)
    assert address(url).owner == "acme"
    assert path_on(url, "https://api.github.com") == path


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/srv/x/y",
        "file:///srv/x/y",
        "C:/x",
        "https://github.com/acme",
        "https://github.com/acme/../x",
        "https://github.com/a/b?c",
        "https://github.com/acme/%2e%2e/x",
        "https://github.com/acme/sh op",
        "https://github.com/acme/shop%0a",
        "https:///a/b",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        path_on(url, "https://api.github.com")


def test_a_repository_of_another_host_is_refused() -> None:
    for url in ("https://gitlab.com/a/b", "https://github.com.evil.example/a/b", "https://api.github.com.x/a/b"):
        with pytest.raises(Refused, match=r"is not github\.com"):
            path_on(url, "https://api.github.com")
