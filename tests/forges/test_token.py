"""The token is read where the user says, and is nowhere to be seen."""

from __future__ import annotations

import base64
import copy
import pickle
import sys
from pathlib import Path

import pytest

from deflask.bulk.forges.choice import ForgeChoiceError, choose
from deflask.bulk.forges.github import GitHub
from deflask.bulk.forges.gitlab import GitLab
from deflask.bulk.forges.token import Token, TokenError, TokenSource
from deflask.bulk.offers import Offer
from deflask.bulk.pull_requests import open_all
from tests.forges.state import TOKEN
from tests.forges.world import World

PRINTS = f"{sys.executable} -c \"print('{TOKEN}')\""


def test_a_token_comes_from_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", f" {TOKEN}\n")
    assert TokenSource("MINE").read().reveal() == TOKEN
    monkeypatch.setenv("MINE", "")
    with pytest.raises(TokenError, match="MINE is not set"):
        TokenSource("MINE").read()
    with pytest.raises(TokenError):
        TokenSource().read()


def test_a_token_comes_from_a_command() -> None:
    assert TokenSource(command=PRINTS).read().reveal() == TOKEN
    # No shell: what looks like one is words.
    assert TokenSource(command="echo a;b").read().reveal() == "a;b"


@pytest.mark.parametrize(
    "command", ["false", "no-such-program s3cret", "echo", "printf 'a\\nb'", "'", "", "printf 's3cret\\303\\244'"]
)
def test_a_command_that_fails_tells_no_secret(command: str) -> None:
    with pytest.raises(TokenError) as caught:
        TokenSource(command=command).read()
    assert "s3cret" not in str(caught.value)


def test_a_token_is_not_shown_pickled_or_copied() -> None:
    token = Token(TOKEN)
    assert TOKEN not in f"{token} {token!r} {[token]} {token.__dict__ if hasattr(token, '__dict__') else ''}"
    for action in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            action(token)
    assert TOKEN not in repr(TokenSource("MINE"))


def test_text_of_others_is_redacted() -> None:
    token = Token(TOKEN)
    header = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
    escaped = TOKEN.replace("/", "%2F").replace("+", "%2B")
    said = token.redact(f"https://{escaped}@host {TOKEN} Basic {header} end")
    assert said == "https://[token]@host [token] Basic [token] end"


def test_no_wait_result_or_error_holds_it(direct: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    row = direct.push(direct.forge.add("acme", "shop"))
    results = [*open_all([row], direct.client, Offer(), direct.pacer())]
    assert TOKEN not in repr((results, direct.client, direct.waits))
    assert "/repos/acme/shop/pulls" in caplog.text
    assert TOKEN not in caplog.text
    clones = [path.read_bytes() for path in direct.folder.rglob("*") if path.is_file()]
    assert not any(TOKEN.encode() in content for content in clones)


@pytest.mark.parametrize(
    ("url", "api_url", "kind", "asked"),
    [
        ("https://github.com/a/b.git", None, GitHub, "https://api.github.com"),
        ("git@github.com:a/b.git", None, GitHub, "https://api.github.com"),
        ("https://corp.ghe.com/a/b", None, GitHub, "https://api.corp.ghe.com"),
        ("https://gitlab.com/a/b/c", None, GitLab, "https://gitlab.com/api/v4"),
        ("ssh://git@git.corp:2222/a/b", "https://git.corp/api/v3", GitHub, "https://git.corp/api/v3"),
        ("https://git.corp/a/b", "https://git.corp/api/v4", GitLab, "https://git.corp/api/v4"),
        ("https://127.0.0.1/a/b", "http://127.0.0.1:9/", GitHub, "http://127.0.0.1:9/"),
    ],
)
def test_the_forge_follows_from_the_host_or_the_api(
    monkeypatch: pytest.MonkeyPatch, url: str, api_url: str | None, kind: type, asked: str
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GITLAB_TOKEN", TOKEN)
    forge = choose(url, TokenSource(), api_url).forge(Token(TOKEN))
    assert type(forge) is kind
    assert forge._api_url == asked  # type: ignore[attr-defined]
    forge.close_connection()


@pytest.mark.parametrize(
    ("url", "api_url"),
    [
        ("https://git.corp/a/b", None),
        ("/srv/git/a.git", None),
        ("https://git.corp/a/b", "http://git.corp/api/v3"),
        ("https://git.corp/a/b", "https://me:pass@git.corp/api/v3"),
        ("https://git.corp/a/b", "git.corp"),
    ],
)
def test_what_cannot_be_asked_is_said(url: str, api_url: str | None) -> None:
    with pytest.raises(ForgeChoiceError):
        choose(url, TokenSource(), api_url)


def test_a_client_that_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    for name in [name for name in sys.modules if name == "github" or name.startswith("github.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "deflask.bulk.forges.github")
    monkeypatch.delitem(sys.modules, "deflask.bulk.forges.github_api")
    monkeypatch.setitem(sys.modules, "github", None)
    with pytest.raises(ForgeChoiceError, match=r"pip install 'deflask\[github\]'"):
        choose("https://github.com/a/b", TokenSource()).forge(Token(TOKEN))
