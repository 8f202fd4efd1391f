"""Repositories made to do harm: their names lead nowhere, their text is shown as text, and tokens stay at home."""

from __future__ import annotations

import base64
import http.server
import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deflask.bulk.model import State
from deflask.bulk.reasons import Reason, Stopped
from deflask.bulk.repository import _entry
from tests.bulk.tools import approved, bare, head, planned
from tests.command import APP, FIXED, deflask, git


def with_tree(repository: Path, *lines: bytes) -> Path:
    """A repository whose only commit has a tree of these entries, which git itself would not make."""
    repository.mkdir()
    git(repository, "init", "-q", "--bare", "-b", "main")
    blob = git(repository, "hash-object", "-w", "--stdin", stdin=APP).strip()
    below = git(repository, "mktree", stdin=b"100644 blob %s\tx.py\n" % blob).strip()
    entries = b"".join(line.replace(b"BLOB", blob).replace(b"TREE", below) + b"\0" for line in lines)
    tree = git(repository, "mktree", "-z", stdin=entries).decode().strip()
    made = git(repository, "-c", "user.name=a", "-c", "user.email=a@b", "commit-tree", "-m", "x", tree)
    git(repository, "update-ref", "refs/heads/main", made.decode().strip())
    return repository


@pytest.mark.parametrize("name", [b".git", b"..", b".GIT", b"git~1", b"."])
@pytest.mark.parametrize("strict", [True, False])
def test_trees_that_lead_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: bytes, strict: bool) -> None:
    """`../x.py` and `.git/x.py` are refused, by git's own check and, where that says nothing, by ours."""
    if not strict:
        monkeypatch.setattr("deflask.bulk.git._ARGUMENTS", ["git"])
    repository = with_tree(tmp_path / "r.git", b"100644 blob BLOB\tapp.py", b"040000 tree TREE\t" + name)
    outcome = planned(repository)
    assert (outcome.state, outcome.reason) == (State.SKIPPED, Reason.HOSTILE_PATH), outcome
    assert not (tmp_path / "x.py").exists()


@pytest.mark.parametrize(
    "path", [b"/etc/x.py", b"a//x.py", b"a/../../x.py", b".git/x.py", b"a/.Git/x", b"x/.git ", b"x/.git...", b".."]
)
def test_paths_that_lead_out(path: bytes) -> None:
    with pytest.raises(Stopped) as stopped:
        _entry(b"100644 blob %s 12\t%s" % (b"1" * 40, path))
    assert stopped.value.reason is Reason.HOSTILE_PATH


@pytest.mark.parametrize(
    "path",
    [b"-rf.py", b"--output=x.py", b"new\nline.py", b'quo"te\\n.py', b"\xff\xfe.py", b"$(touch ran).py", b"... .py"],
)
def test_odd_names_are_names(tmp_path: Path, path: bytes) -> None:
    """They are fixed like all others, and are never an option, a line or a command."""
    repository = with_tree(tmp_path / "r.git", b"100644 blob BLOB\t" + path)
    approved(tmp_path, repository)
    assert deflask(tmp_path, "bulk", "apply", "--campaign", "c", "--jobs", "1").code == 0
    listed = git(repository, "ls-tree", "-z", "refs/heads/deflask/c").rstrip(b"\0")
    assert listed.partition(b"\t")[2] == path
    assert git(repository, "cat-file", "blob", listed.split()[2].decode()) == FIXED
    assert not (tmp_path / "ran").exists()
    [diff] = (tmp_path / "c" / "diffs").iterdir()
    assert re.fullmatch(r"[A-Za-z0-9._-]+", diff.name)
    for command in ("status", "report"):
        for shape in ("text", "json", "csv"):
            done = deflask(tmp_path, "bulk", command, "--campaign", "c", "--output-format", shape)
            assert done.code == 0


def test_text_of_others_is_shown_as_text(tmp_path: Path) -> None:
    """Escape sequences in a repository's files and names do not reach the terminal, nor formulas the spreadsheet."""
    evil = APP.replace(b"debug=True", b"debug=True, host='\x1b]0;owned\x07'")
    repository = bare(tmp_path / "=cmd()\x1b[31m" / "r.git", {"a\x1b[2J.py": evil})
    done = deflask(tmp_path, "bulk", "plan", "--campaign", "c", "--dir", ".", "--jobs", "1")
    assert done.code == 0
    seen = deflask(tmp_path, "bulk", "review", "--campaign", "c").out
    seen += deflask(tmp_path, "bulk", "report", "--campaign", "c").out
    table = deflask(tmp_path, "bulk", "report", "--campaign", "c", "--output-format", "csv").out
    assert b"\x1b" not in seen + table
    assert str(repository.parent.name)[0] == "="
    assert b"\n'=cmd()" in table


ODD = (b"\xff.git", b"a::b \tc.git", b"-x.git", "\u00e9.git".encode())


@pytest.mark.parametrize(
    ("source", "name"), [*(("list", name) for name in ODD), *(("folder", name) for name in (*ODD, b"new\nline.git"))]
)
def test_odd_paths_are_paths(tmp_path: Path, source: str, name: bytes) -> None:
    """Paths are bytes: a repository at any of them is planned, approved by its name, and pushed."""
    repository = bare(tmp_path / "r" / os.fsdecode(name), {"app.py": APP})
    (tmp_path / "list").write_bytes(b"r/" + name + b"\n")
    listed = ("--from", "list") if source == "list" else ("--dir", "r")
    assert deflask(tmp_path, "bulk", "plan", "--campaign", "c", *listed, "--jobs", "1").code == 0
    shown = f"r/{os.fsdecode(name).removesuffix('.git')}"
    assert deflask(tmp_path, "bulk", "review", "--campaign", "c", "--approve", shown).code == 0
    assert deflask(tmp_path, "bulk", "apply", "--campaign", "c", "--jobs", "1").code == 0
    assert git(repository, "show", "deflask/c:app.py") == FIXED
    document = json.loads(deflask(tmp_path, "bulk", "report", "--campaign", "c", "--output-format", "json").text)
    [row] = document["repositories"]
    assert (row["state"], row["name"], row["url"]) == ("pushed", shown, str(repository))
    for shape in ("text", "csv"):
        assert deflask(tmp_path, "bulk", "report", "--campaign", "c", "--output-format", shape).code == 0


def test_a_folder_of_dots_is_a_folder(tmp_path: Path) -> None:
    repository = bare(tmp_path / "r.git", {".../app.py": APP, ". ./x": b"x", "gitx/....": b"x"})
    assert [change.path for change in planned(repository).changes] == [".../app.py"]


def test_odd_branches_are_branches(tmp_path: Path) -> None:
    """The one that is listed and the default one."""
    repository = bare(tmp_path / "r.git", {"app.py": APP}, branch="\udcff")
    (tmp_path / "list").write_bytes(b"r.git \xff\n")
    for number, listed in enumerate((("--from", "list"), ("r.git",))):
        campaign = ("--campaign", f"c{number}")
        assert "1 planned" in deflask(tmp_path, "bulk", "plan", *campaign, *listed, "--jobs", "1").text
        assert deflask(tmp_path, "bulk", "review", *campaign, "--approve-all").code == 0
        assert deflask(tmp_path, "bulk", "apply", *campaign, "--jobs", "1").code == 0
        assert head(repository, f"refs/heads/deflask/c{number}")


def test_a_campaign_at_an_odd_path(tmp_path: Path) -> None:
    bare(tmp_path / "r.git", {"app.py": APP})
    folder = tmp_path / "\udcff #?"
    plan = ("bulk", "plan", "--campaign", folder, "--name", "c", "r.git", "--jobs", "1")
    assert deflask(tmp_path, *plan).code == 0
    assert "1 planned" in deflask(tmp_path, "bulk", "status", "--campaign", folder).text


def test_hooks_and_configuration_of_repositories_do_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the user's own configuration and templates, nor what stands around the campaign, has a say."""
    script = f"#!/bin/sh\ntouch {tmp_path}/ran\n"
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("reference-transaction", "post-checkout", "pre-push"):
        (hooks / name).write_text(script)
        (hooks / name).chmod(0o755)
    config = f'[core]\n\thooksPath = {hooks}\n[url "file:///nowhere/"]\n\tinsteadOf = file:///\n'
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".gitconfig").write_text(config)
    repository = bare(tmp_path / "r.git", {"app.py": APP})
    git(tmp_path, "init", "-q", ".")
    (tmp_path / ".git" / "config").write_text(config)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.hooksPath")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(hooks))
    approved(tmp_path, repository)
    assert deflask(tmp_path, "bulk", "apply", "--campaign", "c", "--jobs", "1").code == 0
    assert head(repository)
    assert not (tmp_path / "ran").exists()


class Closed(http.server.BaseHTTPRequestHandler):
    """A forge that lets nobody in."""

    seen: list[str | None]

    def do_GET(self) -> None:
        """Ask for credentials."""
        self.seen.append(self.headers.get("Authorization"))
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="forge"')
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def closed_forge() -> Iterator[tuple[str, list[str | None]]]:
    seen: list[str | None] = []
    server = http.server.HTTPServer(("127.0.0.1", 0), type("Handler", (Closed,), {"seen": seen}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_prompts_and_tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is asked anything; a token goes to its host and into no argument, log, or journal."""
    token = "ghp_TopSecret0123456789"
    encoded = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    with closed_forge() as (host, seen), closed_forge() as (other, others):
        urls = [f"http://{host}/a/b.git", f"http://{other}/a/b.git"]
        done = deflask(tmp_path, "bulk", "plan", "--campaign", "without", "--jobs", "1", *urls)
        assert done.code == 0
        assert set(seen) == {None}
        wrapper = tmp_path / "bin" / "git"
        wrapper.parent.mkdir()
        wrapper.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/arguments\nPATH="{os.environ["PATH"]}" exec git "$@"\n')
        wrapper.chmod(0o755)
        env = {
            "DEFLASK_TOKEN": token,
            "DEFLASK_TOKEN_HOST": host,
            "PATH": f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}",
        }
        done = deflask(tmp_path, "bulk", "plan", "--campaign", "with", "--jobs", "1", *urls, env=env)
    assert done.code == 0
    assert f"Basic {encoded}" in seen
    assert set(others) == {None}
    reasons = [reason_of(tmp_path, name) for name in ("without", "with")]
    assert reasons == [["credentials-needed"] * 2, ["credentials-refused", "credentials-needed"]]
    assert "ls-remote" in (tmp_path / "arguments").read_text()
    everything = [path.read_bytes() for path in (tmp_path).rglob("*") if path.is_file()]
    for secret in (token, encoded):
        assert not any(secret.encode() in data for data in [*everything, done.out, done.err.encode()])


def reason_of(folder: Path, campaign: str) -> list[str]:
    """The reasons of all repositories of a campaign."""
    done = deflask(folder, "bulk", "status", "--campaign", campaign, "--output-format", "json")
    return [each["reason"] for each in json.loads(done.text)["repositories"]]
