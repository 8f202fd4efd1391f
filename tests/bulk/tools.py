"""Bare repositories, campaigns over them, and an engine that runs in this process."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deflask.bulk.engines import Lost, Work
from deflask.bulk.model import Limits, Options, Outcome, Target, Task
from deflask.bulk.planner import plan
from tests.command import APP, CLEAN, deflask, git

OPTIONS = Options("c")
BRANCH = "refs/heads/deflask/c"


@dataclass(frozen=True)
class Inline:
    """An engine that does the work here, where coverage sees it."""

    local: bool = True

    def run(self, work: Work, tasks: Iterable[Task]) -> Iterator[tuple[Task, Outcome | Lost]]:
        """See `Engine`."""
        for task in tasks:
            yield task, work(task)


def bare(repository: Path, files: Mapping[str, bytes], branch: str = "main", kind: str = "sha1") -> Path:
    """Make a bare repository with one commit; a name that ends with `@` is a symlink, one with `#` a submodule."""
    repository.mkdir(parents=True)
    git(repository, "init", "-q", "--bare", "--template=", "-b", branch, f"--object-format={kind}")
    commit(repository, files, branch)
    return repository


def commit(repository: Path, files: Mapping[str, bytes], branch: str = "main", name: str = "A") -> str:
    """Add a commit to a branch of a bare repository; its ID."""
    parts = [b"commit refs/heads/%s\n" % os.fsencode(branch)]
    parts.append(b"committer %s <a@localhost> 1700000000 +0130\ndata 2\nx\n\n" % name.encode())
    if git(repository, "for-each-ref", f"refs/heads/{branch}"):
        parts.append(b"from refs/heads/%s^0\n" % os.fsencode(branch))
    for path, content in files.items():
        mode = {"@": b"120000", "#": b"160000"}.get(path[-1], b"100644")
        plain = path.rstrip("@#").encode()
        if mode == b"160000":
            parts.append(b"M 160000 %s %s\n" % (content, plain))
        else:
            parts.append(b"M %s inline %s\ndata %d\n%s\n" % (mode, plain, len(content), content))
    git(repository, "fast-import", "--quiet", "--force", stdin=b"".join(parts))
    return head(repository, f"refs/heads/{branch}")


def head(repository: Path, ref: str = BRANCH) -> str:
    """The commit that a ref is at, nothing where there is no such ref."""
    return git(repository, "for-each-ref", "--format=%(objectname)", ref).decode().strip()


def task(url: str | Path, options: Options = OPTIONS, limits: Limits | None = None, branch: str | None = None) -> Task:
    """A repository to be planned."""
    return Task(1, Target(str(url), branch), options, limits or Limits(seconds=60))


def planned(url: str | Path, options: Options = OPTIONS) -> Outcome:
    """What is planned for a repository."""
    return plan(task(url, options))


def several(folder: Path, count: int) -> list[Path]:
    """Bare repositories, a third of them with something to fix."""
    return [bare(folder / f"app{n}.git", {"app.py": CLEAN if n % 3 else APP, "n": b"%d" % n}) for n in range(count)]


def approved(folder: Path, *repositories: str | Path, name: str = "c") -> None:
    """Plan a campaign over some repositories, and approve all of it."""
    done = deflask(folder, "bulk", "plan", "--campaign", name, "--jobs", "1", *repositories)
    assert done.code == 0, done.err
    assert deflask(folder, "bulk", "review", "--campaign", name, "--approve-all").code == 0
