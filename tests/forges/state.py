"""What the fakes remember: repositories, pull requests, who may do what, and how patient they are."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.forges import git

US = "deflask-bot"
TOKEN = "tok_abcDEF0123456789/+secret"
OTHER_TOKEN = "tok_of-a-person"


class TurnedClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1_000_000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.slept.append(seconds)
        self.time += seconds


@dataclass
class Response:
    """What is answered; with an `error`, in the forge's own form."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Repository:
    """A repository with its switches. `looks_until_ready`: a new fork exists before it can be used."""

    owner: str
    name: str
    path: Path
    number: int
    pushers: set[str] = field(default_factory=lambda: {US})
    archived: bool = False
    disabled: bool = False
    parent: Repository | None = None
    looks_until_ready: int = 0
    methods: tuple[str, ...] = ("merge", "squash", "rebase")
    statuses: tuple[str, ...] = ()
    check_runs: tuple[str, ...] = ()
    unknown_reviewers: bool = False

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"


@dataclass
class Pull:
    """A pull request; its head is read from git while it is open, as people may push."""

    number: int
    repository: Repository
    source: Repository
    branch: str
    base: str
    title: str
    body: str
    draft: bool
    state: str = "open"
    merged: bool = False
    last_head: str = ""
    labels: list[str] = field(default_factory=list)
    reviewers: list[str] = field(default_factory=list)
    reviewed: bool = False

    @property
    def head(self) -> str:
        if self.state == "open":
            self.last_head = git.tip(self.source.path, self.branch) or self.last_head
        return self.last_head

    def close(self) -> None:
        """Whoever does it. From now on its head stays what it was."""
        assert self.head
        self.state = "closed"


@dataclass
class Limits:
    """How patient a forge is, on the clock of the test. `early` counts requests that came though it had said later."""

    clock: TurnedClock
    status: int = 403
    budget: int | None = None
    window: float = 3600.0
    writes_at_once: int | None = None
    penalty: float = 60.0
    says_when: bool = True
    unavailable: int = 0
    early: int = 0
    _used: int = 0
    _reset: float = 0.0
    _writes: list[float] = field(default_factory=list)
    _blocked_until: float = 0.0

    def refusal(self, method: str) -> tuple[str, dict[str, str]] | None:
        """`primary` or `secondary` with the headers that belong to it, where a request is one too many."""
        now = self.clock.now()
        if now < self._blocked_until:
            self.early += 1
            return self._secondary(now)
        if self.budget is not None:
            if now >= self._reset:
                self._used, self._reset = 0, now + self.window
            self._used += 1
            if self._used > self.budget:
                self.early += self._used > self.budget + 1
                return "primary", {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(self._reset))}
        if self.writes_at_once is not None and method != "GET":
            self._writes = [when for when in self._writes if when > now - 60]
            if len(self._writes) >= self.writes_at_once:
                self._blocked_until = now + self.penalty
                return self._secondary(now)
            self._writes.append(now)
        return None

    def _secondary(self, now: float) -> tuple[str, dict[str, str]]:
        wait = str(int(self._blocked_until - now))
        return "secondary", ({"Retry-After": wait} if self.says_when else {})


class Forge:
    """Everything that one fake knows."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = TurnedClock()
        self.limits = Limits(self.clock)
        self.people = {TOKEN: US, OTHER_TOKEN: "person"}
        self.repositories: dict[str, Repository] = {}
        self.pulls: list[Pull] = []
        self.requests: list[tuple[str, str]] = []
        self.lost_answers = 0
        """So many of the next answers to a write are lost: it is done, and the client sees a failure."""
        self.api_url = ""
        self.git_url = ""

    def add(self, owner: str, name: str, like: Repository | None = None, **switches: Any) -> Repository:
        """A new repository with one commit, or a copy of another."""
        path = self.root / owner / f"{name}.git"
        if like is None:
            git.make_repository(path)
        else:
            shutil.copytree(like.path, path)
        made = Repository(owner, name, path, len(self.repositories) + 1, **switches)
        self.repositories[made.full_name.lower()] = made
        return made

    def fork(self, parent: Repository, login: str) -> Repository:
        """The fork of a person, made if there is none."""
        name = f"{login}/{parent.name}"
        if name.lower() not in self.repositories:
            path = self.root / login / f"{parent.name}.git"
            path.parent.mkdir(parents=True, exist_ok=True)
            git.git(self.root, "clone", "-q", "--bare", str(parent.path), str(path))
            made = Repository(login, parent.name, path, len(self.repositories) + 1, {login}, parent=parent)
            made.looks_until_ready = 2
            self.repositories[name.lower()] = made
        return self.repositories[name.lower()]

    def knows(self, name: str) -> bool:
        """Whether an organisation or a group has a repository, in a subgroup at least."""
        return any(f"{each.owner}/".startswith(f"{name}/") for each in self.repositories.values())

    def clone_url(self, repository: Repository) -> str:
        return f"{self.git_url}/{repository.full_name}.git"

    def number_of(self, repository: Repository) -> int:
        """The next number of a pull request."""
        return max((each.number for each in self.pulls if each.repository is repository), default=0) + 1

    def may_push(self, path: str, headers: Mapping[str, str]) -> bool | None:
        """Whether a request of git may push; None where nobody says who they are."""
        scheme, _, secret = headers.get("Authorization", "").partition(" ")
        if scheme != "Basic":
            return None
        login = self.people.get(base64.b64decode(secret).decode().partition(":")[2])
        repository = self.repositories.get(path.strip("/").partition(".git")[0].lower())
        return repository is not None and login in repository.pushers and not repository.archived
