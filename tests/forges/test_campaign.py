"""From an organisation's list to merged pull requests by the command line, interrupted, limited, and told no."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deflask.bulk.forges import pacing
from tests.command import APP, CLEAN, ROOT, Done, deflask
from tests.forges import git
from tests.forges.state import TOKEN, US, Forge, Pull, Repository
from tests.forges.world import World
from tests.live.server import wait_until

BRANCH = "deflask/c"
ENVIRONMENT = {"GITHUB_TOKEN": TOKEN, "GITLAB_TOKEN": TOKEN}
OWNER = "acme"
APPS = 6
"""Repositories with something to fix that can be pushed to, besides one that cannot and one without a finding."""


@dataclass
class Desk:
    """A person at a terminal, and the forge that is asked."""

    folder: Path
    forge: Forge
    listing: str
    environment: dict[str, str]

    def __call__(self, command: str, *arguments: str) -> Done:
        given = ("bulk", command, "--campaign", "c", *arguments)
        return deflask(self.folder, *given, env={**ENVIRONMENT, **self.environment})

    def plan(self, *more: str) -> Done:
        return self("plan", self.listing, OWNER, "--api-url", self.forge.api_url, "--jobs", "2", *more)

    def ask(self, command: str, *more: str) -> Done:
        """A command that asks the forge."""
        jobs = ("--jobs", "2") if command == "apply" else ()
        return self(command, "--api-url", self.forge.api_url, *jobs, *more)

    def opened(self, *more: str) -> Done:
        return self.ask("apply", "--pull-requests", *more)

    def counts(self) -> dict[str, int]:
        counts: dict[str, int] = self.status()["counts"]
        return counts

    def status(self) -> Any:
        return json.loads(self("status", "--output-format", "json").text)

    def row(self, name: str) -> Any:
        [found] = [each for each in self.status()["repositories"] if each["name"] == f"{OWNER}/{name}"]
        return found

    def repository(self, name: str) -> Repository:
        return self.forge.repositories[f"{OWNER}/{name}"]

    def pull(self, name: str) -> Pull:
        [found] = [each for each in self.forge.pulls if each.repository.name == name]
        return found

    def killed_while_opening(self) -> None:
        """Kill the command, not its workers, once the first pull requests are there."""
        command = [sys.executable, "-m", "deflask", "bulk", "apply", "--campaign", "c", "--pull-requests"]
        process = subprocess.Popen(
            [*command, "--api-url", self.forge.api_url, "--jobs", "2"],
            cwd=self.folder,
            env={**os.environ, **ENVIRONMENT, **self.environment, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert wait_until(lambda: len(self.forge.pulls) >= 2, 60)
        finally:
            process.kill()
            process.wait()


def add(forge: Forge, name: str, content: bytes = APP, **switches: Any) -> None:
    made = forge.add(OWNER, name, **switches)
    git.commit(made.path, git.BASE, content, git.tip(made.path, git.BASE))


@pytest.fixture(params=["github", "judged", "gitlab"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The fakes of both forges. What the judge lets through it has looked at, so git is told its own host there."""
    fixture = {"github": "direct", "judged": "judged", "gitlab": "gitlab_world"}[request.param]
    world: World = request.getfixturevalue(fixture)
    for number in range(APPS):
        add(world.forge, f"app{number}")
    add(world.forge, "clean", CLEAN)
    add(world.forge, "theirs", pushers=set())
    add(world.forge, "old", archived=True)
    monkeypatch.setattr(pacing, "WallClock", lambda: world.forge.clock)
    folder = tmp_path / "desk"
    folder.mkdir()
    host = world.forge.git_url.removeprefix("http://")
    lent = {"DEFLASK_TOKEN": TOKEN, "DEFLASK_TOKEN_HOST": host} if request.param == "judged" else {}
    listing = "--gitlab-group" if request.param == "gitlab" else "--github-org"
    return Desk(folder, world.forge, listing, lent)


def test_from_the_list_to_the_end(desk: Desk) -> None:
    """Killed while it opens and limited on the way, all is opened once, and what a person says holds."""
    done = desk.plan()
    assert done.code == 0, done.err
    assert desk.counts() == {"planned": APPS + 1, "nothing-to-do": 1}
    assert desk("review", "--approve-all").code == 0

    desk.killed_while_opening()
    assert len(desk.forge.pulls) < APPS + 1
    desk.forge.limits.writes_at_once = 3
    done = desk.opened("--label", "security")
    assert done.code == 0, done.err
    assert "waiting 60 seconds: the forge's rate limit: " in done.err
    desk.forge.limits.writes_at_once = None
    assert desk.forge.limits.early == 0
    assert desk.counts() == {"nothing-to-do": 1, "opened": APPS + 1}
    assert len(desk.forge.pulls) == APPS + 1
    theirs = desk.pull("theirs")
    assert (theirs.source.owner, theirs.repository.owner) == (US, OWNER)
    assert desk.row("theirs")["pushed_to"] == f"{desk.forge.git_url}/{US}/theirs.git"
    assert git.tip(desk.repository("theirs").path, BRANCH) is None
    for row in desk.status()["repositories"]:
        if row["commit"]:
            pull = desk.pull(row["name"].rpartition("/")[2])
            assert (pull.head, row["pull_request"].rpartition("/")[2]) == (row["commit"], str(pull.number))

    desk.pull("app0").close()
    template = desk.folder / "template.md"
    template.write_text("Fix $repository\n\n$findings\n")
    assert desk.ask("update", "--template", str(template)).code == 0
    assert (desk.row("app0")["state"], desk.row("app0")["reason"]) == ("closed", "closed-by-person")
    assert desk.pull("app1").title == "Fix acme/app1"
    assert "app.py:5" in desk.pull("app1").body
    # The template holds for the campaign.
    before = len(desk.forge.requests)
    assert desk.ask("update").code == 0
    assert not [method for method, _ in desk.forge.requests[before:] if method != "GET"]

    desk.repository("app1").statuses = ("failure",) if desk.listing == "--github-org" else ("failed",)
    mine = git.commit(desk.repository("app2").path, BRANCH, b"# mine\n", desk.pull("app2").head)
    assert desk.ask("merge").code == 0
    assert (desk.row("app1")["state"], desk.row("app1")["reason"]) == ("opened", "checks-failed")
    assert (desk.row("app2")["state"], desk.row("app2")["reason"]) == ("opened", "branch-modified")
    assert desk.counts() == {"nothing-to-do": 1, "opened": 2, "merged": APPS - 2, "closed": 1}
    assert (
        b"FLASK_DEBUG"
        in subprocess.run(
            ["git", "show", f"{git.BASE}:app.py"], cwd=desk.repository("app3").path, capture_output=True, check=True
        ).stdout
    )

    assert desk.ask("close").code == 0
    assert desk.counts() == {"nothing-to-do": 1, "opened": 1, "merged": APPS - 2, "closed": 2}
    assert (desk.pull("app2").state, desk.pull("app2").head) == ("open", mine)
    # Whatever is called again: nothing comes back.
    assert desk.opened().code == 0
    assert (desk.pull("app0").state, len(desk.forge.pulls)) == ("closed", APPS + 1)
    kept = b"".join(path.read_bytes() for path in (desk.folder / "c").rglob("*") if path.is_file())
    assert TOKEN.encode() not in kept


def test_in_waves_and_with_words_of_ones_own(desk: Desk) -> None:
    """A run opens what its waves take and pushes no more; the next one goes on."""
    words = desk.folder / "commit.txt"
    words.write_text("fix: debugger\n\n$rules\n")
    plan = ("--match", "app*", "--commit-template", str(words), "--signoff")
    assert desk.plan(*plan, "--author", "Bot <bot@localhost>").code == 0
    assert desk("review", "--approve-all").code == 0
    dry = desk.opened("--dry-run", "--limit", "2")
    assert (dry.code, dry.text.count("would open a pull request for"), desk.forge.pulls) == (0, 2, [])
    assert desk.opened("--wave", "1,2", "--per-hour", "60", "--draft").code == 0
    assert desk.counts() == {"opened": 3, "approved": APPS - 3}
    assert sum(git.tip(desk.repository(f"app{n}").path, BRANCH) is not None for n in range(APPS)) == 3
    assert desk.opened("--limit", "1").code == 0
    assert desk.counts() == {"opened": 4, "approved": APPS - 4}
    said = git.git(desk.repository(desk.forge.pulls[0].repository.name).path, "log", "-1", "--format=%B", BRANCH)
    assert said.startswith("fix: debugger\n\n  DF101 run-debug: 1\n\nSigned-off-by: Bot <bot@localhost>\nDeflask-")
    assert desk.ask("merge").code == 0
    assert desk.counts() == {"opened": 3, "merged": 1, "approved": APPS - 4}


def test_what_was_pushed_before_is_opened_later(desk: Desk) -> None:
    """And what a forge refuses is one row that fails, with its words."""
    assert desk.plan("--match", "/app[01]$/").code == 0
    assert desk("review", "--approve-all").code == 0
    with_token = {"DEFLASK_TOKEN": TOKEN, "DEFLASK_TOKEN_HOST": desk.forge.git_url.removeprefix("http://")}
    pushed = deflask(desk.folder, "bulk", "apply", "--campaign", "c", "--limit", "1", env=with_token)
    assert pushed.code == 0
    assert desk.counts() == {"pushed": 1, "approved": 1}
    git.git(desk.repository("app0").path, "update-ref", "-d", f"refs/heads/{BRANCH}")
    desk.repository("app1").archived = True
    assert desk.ask("update").code == 0
    assert desk.row("app0")["reason"] == "no-pull-request"
    assert desk.opened().code == 1
    assert (desk.row("app0")["state"], desk.row("app0")["reason"]) == ("failed", "refused")
    assert desk.row("app0")["detail"]
    assert (desk.row("app1")["state"], desk.row("app1")["reason"]) == ("skipped", "archived")
    assert desk.opened("--retry-failed").code == 0
    assert (desk.row("app0")["state"], desk.pull("app0").state) == ("opened", "open")
    desk.repository("app1").archived = False
    assert desk.opened().code == 0
    assert desk.row("app1")["state"] == "skipped"
    assert desk.opened("--retry-failed").code == 0
    assert desk.row("app1")["state"] == "opened"


def test_a_pull_request_of_an_archived_repository(desk: Desk) -> None:
    """It is looked at again when it is there again."""
    assert desk.plan("--match", "app0").code == 0
    assert desk("review", "--approve-all").code == 0
    assert desk.opened().code == 0
    desk.repository("app0").archived = True
    assert desk.ask("close").code == 0
    assert (desk.row("app0")["state"], desk.row("app0")["reason"]) == ("skipped", "archived")
    desk.repository("app0").archived = False
    assert desk.ask("close").code == 0
    assert (desk.row("app0")["state"], desk.pull("app0").state) == ("closed", "closed")


def test_the_journal_is_lost(desk: Desk) -> None:
    """Branches and pull requests are those of the campaign all the same, in forks, too."""
    assert desk.plan("--match", "/app[01]$|theirs/").code == 0
    assert desk("review", "--approve-all").code == 0
    assert desk.opened().code == 0
    before = desk.status()
    shutil.rmtree(desk.folder / "c")
    assert desk.plan("--match", "/app[01]$|theirs/").code == 0
    assert desk.counts() == {"planned": 1, "pushed": 2}
    assert desk("review", "--approve-all").code == 0
    assert desk.opened().code == 0
    assert desk.status() == before
    assert len(desk.forge.pulls) == 3
    assert desk.ask("close").code == 0
    assert desk.counts() == {"closed": 3}


def test_branches_alone(desk: Desk) -> None:
    """Git gets the forge's token where the options name it: nobody needs two."""
    assert desk.plan("--match", "app0").code == 0
    assert desk("review", "--approve-all").code == 0
    assert desk.ask("apply").code == 0
    assert (desk.counts(), desk.forge.pulls) == ({"pushed": 1}, [])


def test_a_list_that_the_forge_does_not_give(desk: Desk) -> None:
    """It is said who was asked for what, and whose token that is."""
    host = desk.forge.api_url.partition("//")[2].partition("/")[0]
    done = desk("plan", desk.listing, "nobody", "--api-url", desk.forge.api_url)
    assert (done.code, len(done.errors)) == (2, 1)
    assert done.err.startswith(f"error: {host}: nobody: ")
    desk.environment["OTHER"] = "wrong"
    done = desk("plan", desk.listing, OWNER, "--api-url", desk.forge.api_url, "--token-env", "OTHER")
    assert (done.code, len(done.errors)) == (2, 1)
    assert done.err.startswith(f"error: {host}: the token of OTHER is not taken: ")
    assert not (desk.folder / "c").exists()


def test_a_run_that_has_to_stop(desk: Desk) -> None:
    """Nobody counts as failed where the forge takes nothing more, and pushes that fail stop a wave."""
    assert desk.plan("--match", "app*").code == 0
    assert desk("review", "--approve-all").code == 0
    desk.forge.people[TOKEN] = None  # type: ignore[assignment]
    done = desk.opened()
    assert (done.code, len(done.errors)) == (2, 1)
    assert "stopped, and goes on when called again: the token is not taken: " in done.err
    assert desk.counts() == {"approved": APPS}
    desk.forge.people[TOKEN] = US
    for number in range(APPS):
        hook = desk.repository(f"app{number}").path / "hooks" / "pre-receive"
        hook.parent.mkdir()
        hook.write_text("#!/bin/sh\necho not today >&2\nexit 1\n")
        hook.chmod(0o755)
    done = desk.opened("--wave", "2,all")
    assert (done.code, done.errors[0].rpartition(": ")[2]) == (2, "2 of 2 pull requests of this wave failed")
    assert desk.forge.pulls == []
    assert [row["reason"] for row in desk.status()["repositories"]].count("push-refused") >= 2


@pytest.mark.parametrize(
    ("command", "given", "said"),
    [
        ("plan", ("--match", "x"), "--match needs --github-org or --gitlab-group"),
        ("plan", ("--github-org", "a", "--gitlab-group", "b"), "exclude each other"),
        ("plan", ("--github-org", "a", "--api-url", "https://git.corp/api/v4"), "that of a GitLab"),
        ("plan", ("--github-org", "a", "--api-url", "http://git.corp/api/v3"), "is an https URL"),
        ("plan", ("--github-org", "a", "--match", "/(/"), "/(/"),
        ("plan", ("--github-org", "a", "--token-env", "NONE"), "NONE is not set"),
        ("plan", ("--commit-template", "bad.md"), "did you mean $rules?"),
        ("apply", ("--wave", "all"), "--wave needs --pull-requests"),
        ("apply", ("--pull-requests", "--template", "bad.md"), "$rule is not known"),
        ("apply", ("--pull-requests",), "not the URL of a repository on a forge"),
        ("apply", ("--pull-requests", "--dry-run"), "not the URL of a repository on a forge"),
        ("apply", ("--token-env", "GITHUB_TOKEN"), "not the URL of a repository on a forge"),
        ("apply", ("--token-env", "NONE", "--api-url", "https://h/api/v3"), "NONE is not set"),
        ("update", (), "not the URL of a repository on a forge"),
    ],
)
def test_what_cannot_run_is_said_in_a_line(tmp_path: Path, command: str, given: tuple[str, ...], said: str) -> None:
    (tmp_path / "bad.md").write_text("Title\n\n$rule\n")
    git.make_repository(tmp_path / "a.git", APP)
    git.make_repository(tmp_path / "b.git", APP)
    plan = ("bulk", "plan", "--campaign", "c", "a.git", "b.git", "--jobs", "1")
    assert deflask(tmp_path, *plan).code == 0
    assert deflask(tmp_path, "bulk", "review", "--campaign", "c", "--approve-all").code == 0
    if command == "update":
        assert deflask(tmp_path, "bulk", "apply", "--campaign", "c", "--jobs", "1").code == 0
    done = deflask(tmp_path, "bulk", command, "--campaign", "c", *given, env={"GITHUB_TOKEN": TOKEN})
    assert (done.code, len(done.errors)) == (2, 1), done.err
    assert said in done.err


def test_nothing_to_do_asks_nobody(tmp_path: Path) -> None:
    git.make_repository(tmp_path / "a.git", CLEAN)
    assert deflask(tmp_path, "bulk", "plan", "--campaign", "c", "a.git", "--jobs", "1").code == 0
    for command in ("update", "merge", "close"):
        assert deflask(tmp_path, "bulk", command, "--campaign", "c").code == 0
    assert deflask(tmp_path, "bulk", "apply", "--campaign", "c", "--pull-requests").code == 0
