"""A fake forge, our client before it, and rows whose branches are pushed with real git over HTTP."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from pathlib import Path

from deflask.bulk.forges import Forge as Client
from deflask.bulk.forges.pacing import Pace, Pacer
from deflask.bulk.offers import Offer, Result
from deflask.bulk.pull_requests import open_all
from tests.forges import git
from tests.forges.state import TOKEN, Forge, Pull, Repository

BRANCH = "deflask/campaign"
FIXED = b'app.run(debug=os.environ.get("FLASK_DEBUG") == "1")\n'


@dataclass(frozen=True)
class Entry:
    """A row of a journal."""

    name: str
    url: str
    commit: str
    pushed_to: str | None = None
    branch: str = BRANCH
    base: str = git.BASE
    findings: str = "### What is changed\n\n* `app.py:1`: DF101"
    pull_request: str | None = None
    id: int = 0


@dataclass
class World:
    """What a test holds in its hands."""

    forge: Forge
    client: Client
    folder: Path
    waits: list[str] = field(default_factory=list)

    def pacer(self, pace: Pace | None = None) -> Pacer:
        return Pacer(pace or Pace(), self.forge.clock, lambda seconds, why: self.waits.append(why))

    def push(self, repository: Repository, content: bytes = FIXED, to: str | None = None) -> Entry:
        """Fetch, commit and push as a campaign does: over HTTP, with the token in git's environment."""
        url = self.forge.clone_url(repository)
        secret = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
        config = {f"http.{self.forge.git_url}/.extraHeader": f"Authorization: Basic {secret}"}
        folder = self.folder / f"clone{len(list(self.folder.iterdir()))}"
        folder.mkdir()
        git.git(folder, "init", "-q", "--bare", "--template=")
        git.git(folder, "fetch", "-q", "--depth", "1", url, f"{git.BASE}:{git.BASE}", config=config)
        parent = git.tip(folder, git.BASE)
        made = git.commit(folder, BRANCH, content, parent)
        git.git(folder, "push", "-q", to or url, BRANCH, config=config)
        return Entry(repository.full_name, url, made, to)

    def rows(self, count: int, owner: str = "many") -> list[Entry]:
        """Many rows, with branches that are there already: their pushes are not what is looked at."""
        first = self.forge.add(owner, "r0")
        head = git.commit(first.path, BRANCH, FIXED, git.tip(first.path, git.BASE))
        others = [self.forge.add(owner, f"r{number}", like=first) for number in range(1, count)]
        return [Entry(each.full_name, self.forge.clone_url(each), head) for each in (first, *others)]

    def opened(self, row: Entry, offer: Offer | None = None) -> tuple[Entry, Pull, Result]:
        """The row with its pull request recorded, the pull request as the forge has it, and the result."""
        [result] = open_all([row], self.client, offer or Offer(), self.pacer())
        assert result.pull_request is not None, result
        [pull] = [each for each in self.forge.pulls if each.repository.full_name == row.name][-1:]
        return replace(row, pull_request=result.pull_request.url), pull, result
