"""The judge does its job: what is not as it is published does not get through, in either direction."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from deflask.bulk.forges import Unavailable
from deflask.bulk.forges.github import GitHub
from deflask.bulk.forges.token import Token
from tests.forges import fake_github
from tests.forges.contract import NotInstalled, install, judging
from tests.forges.server import serving
from tests.forges.state import TOKEN, Forge
from tests.live.server import refuses


def test_a_wrong_request_and_a_wrong_answer_are_stopped(tmp_path: Path) -> None:
    try:
        install()
    except NotInstalled as error:
        pytest.skip(f"no contract to hold anybody to: {error}")
    with serving(fake_github.answer) as server, judging(server.url, tmp_path) as judge:
        server.forge = Forge(tmp_path / "served")
        server.forge.git_url, server.forge.api_url = server.url, judge.url
        repository = server.forge.add("acme", "shop")
        url = server.forge.clone_url(repository)
        client = GitHub(Token(TOKEN), judge.url)
        assert client.access(url).name == "acme/shop"
        assert judge.violations == []
        answer = requests.post(f"{judge.url}/repos/acme/shop/pulls", json={"title": "no head, no base"}, timeout=30)
        assert answer.status_code == 422
        assert server.forge.requests == [("GET", "/repos/acme/shop")]
        repository.archived = "perhaps"  # type: ignore[assignment]
        with pytest.raises(Unavailable):
            client.access(url)
        client.close_connection()
        assert len([line for line in judge.violations if "terminated" in line]) == 2
    assert refuses(int(judge.url.rpartition(":")[2]))
