"""One repository without a checkout: what its remote has, a bare clone of depth 1, its tree and its objects."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from deflask.bulk.git import Git
from deflask.bulk.reasons import Reason, Stopped
from deflask.bulk.served import reading

REGULAR = ("100644", "100755")
"""The modes of files that are read: no symlinks, no submodules."""
MOST_ENTRIES = 1_000_000
"""Entries of a tree; with more of them a repository is too large."""
_BASE = "refs/heads/base"
"""What the branch to start from is called here."""
_OUTSIDE = {b"", b".", b".."}
_OF_GIT = {".git", "git~1"}


@dataclass(frozen=True, slots=True)
class Heads:
    """The branch to start from, the commit it is at, and the commit of the campaign's own branch, if there is one."""

    base: str
    head: str
    ours: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a tree; `path` is as git stores it, `size` in bytes."""

    mode: str
    oid: str
    size: int
    path: bytes


def look(git: Git, branch: str | None, ours: str) -> Heads:
    """What the remote has, before anything is fetched. `branch` None means the default one.

    Raises Stopped where there is nothing to start from.
    """
    wanted = f"refs/heads/{branch}" if branch else "HEAD"
    asked = ("ls-remote", "--symref", *reading(git.protocol), "--", git.url, wanted, f"refs/heads/{ours}")
    lines = [line.split("\t") for line in text(git.run(*asked)).split("\n")[:-1]]
    refs = {name: value for value, name in lines if not value.startswith("ref: ")}
    leads = {name: value.removeprefix("ref: ") for value, name in lines if value.startswith("ref: refs/heads/")}
    base = branch or leads.get("HEAD", "").removeprefix("refs/heads/")
    if wanted not in refs or not base:
        if branch:
            reason = Reason.NO_SUCH_BRANCH
        else:
            any_branch = _remote(git, options=("--heads",))
            reason = Reason.NO_DEFAULT_BRANCH if any_branch else Reason.EMPTY
        raise Stopped(reason, branch)
    return Heads(base, refs[wanted], refs.get(f"refs/heads/{ours}"))


def tip(git: Git, branch: str) -> str | None:
    """The commit that a branch of the remote is at."""
    ref = f"refs/heads/{branch}"
    return next((value for value, name in _remote(git, ref) if name == ref), None)


def _remote(git: Git, *refs: str, options: tuple[str, ...] = ()) -> list[list[str]]:
    """What the remote says of some refs, and of others whose names end so: value and name."""
    listed = git.run("ls-remote", *options, *reading(git.protocol), "--", git.url, *refs)
    return [line.split("\t") for line in listed.decode("utf-8", "replace").splitlines()]


def create(git: Git, head: str) -> None:
    """Make the folder of `git`, which is empty, a bare repository in which a commit like `head` can be.

    `git init` would write each setting anew, and three times as much.
    """
    for name in ("objects/pack", "refs/heads"):
        os.makedirs(os.path.join(git.folder, name))
    kind = "1\n[extensions]\n\tobjectFormat = sha256" if len(head) == 64 else "0"
    files = {"HEAD": f"ref: {_BASE}\n", "config": f"[core]\n\tbare = true\n\trepositoryFormatVersion = {kind}\n"}
    for name, content in files.items():
        with open(os.path.join(git.folder, name), "w", encoding="ascii") as file:
            file.write(content)


def clone(git: Git, heads: Heads) -> None:
    """Fetch the last commit of a branch into the folder of `git`, where it is HEAD. Raises Stopped."""
    create(git, heads.head)
    git.run(
        *("fetch", "--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"),
        *("--no-recurse-submodules", *reading(git.protocol), "--", git.url, f"+refs/heads/{heads.base}:{_BASE}"),
    )
    git.check_size()


def entries(git: Git) -> list[Entry]:
    """All files of the tree, in order. Raises Stopped where a name leads out of it."""
    listed = git.run("ls-tree", "-r", "-z", "-l", "--full-tree", "HEAD").split(b"\0")[:-1]
    if len(listed) > MOST_ENTRIES:
        raise Stopped(Reason.TOO_LARGE, f"more than {MOST_ENTRIES} files")
    return [_entry(line) for line in listed]


def _entry(line: bytes) -> Entry:
    described, _, path = line.partition(b"\t")
    mode, _, oid, size = described.decode().split()
    if any(_leads_out(part) for part in path.split(b"/")):
        raise Stopped(Reason.HOSTILE_PATH, path.decode("utf-8", "backslashreplace"))
    return Entry(mode, oid, int(size) if size != "-" else 0, path)


def _leads_out(part: bytes) -> bool:
    # Disks that fold case or drop characters see `.git` in more than one spelling.
    return part in _OUTSIDE or part.decode("utf-8", "replace").casefold().rstrip(". ") in _OF_GIT


def grep(git: Git, letters: Iterable[bytes], patterns: Iterable[str]) -> set[bytes]:
    """The paths of the files that hold any of some letters."""
    words = [argument for each in letters for argument in ("-e", os.fsdecode(each))]
    found = git.run(
        *("grep", "-l", "-z", "-a", "-F", "--threads=1", "--full-name", *words, "HEAD", "--", *patterns),
        expected=(0, 1),  # 1 means that there is none
    )
    return {name.removeprefix(b"HEAD:") for name in found.split(b"\0") if name}


class Objects:
    """Reads objects, one after another, through one process.

    What asks may be stopped between question and answer, by RecursionError for one. A process with an answer that
    nobody has taken is asked nothing more: the next question goes to a new one.
    """

    def __init__(self, git: Git) -> None:
        self._git = git
        self._process: subprocess.Popen[bytes] | None = None
        self._is_asked = False
        self.failure: Stopped | None = None
        """Why an object could not be read; it holds for the repository, whoever has caught it."""

    def read(self, oid: str) -> bytes:
        """The content of an object by its ID. Raises Stopped where it is not there."""
        answered, data = self._read(oid)
        if answered != oid:
            raise self._failed(Reason.INTERNAL, f"git was asked for {oid} and answered with {answered}")
        return data

    def resolve(self, name: str) -> str:
        """The ID of an object by the name of a ref. Raises Stopped where it is not there."""
        return self._read(name)[0]

    def _read(self, name: str) -> tuple[str, bytes]:
        process = self._ready()
        assert process.stdin is not None
        assert process.stdout is not None
        self._is_asked = True
        try:
            process.stdin.write(name.encode() + b"\n")
            process.stdin.flush()
            oid, _, size = process.stdout.readline().decode().split()
            data = process.stdout.read(int(size) + 1)
            if len(data) != int(size) + 1:
                raise ValueError("git has ended")
        except (OSError, ValueError):
            raise self._failed(Reason.CORRUPT, f"{name} cannot be read") from None
        self._is_asked = False
        return oid, data[:-1]

    def _ready(self) -> subprocess.Popen[bytes]:
        """A process that owes no answer."""
        if self._is_asked:
            self.close()
        if self._process is None:
            self._process = self._git.start("cat-file", "--batch")
        return self._process

    def _failed(self, reason: Reason, detail: str) -> Stopped:
        self.failure = self.failure or Stopped(reason, detail)
        return self.failure

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._git.end(self._process)
        self._process, self._is_asked = None, False


@contextmanager
def objects(git: Git) -> Iterator[Objects]:
    """The objects of the clone. Their process ends with the block. Raises Stopped where one could not be read."""
    with closing(Objects(git)) as reader:
        yield reader
        if reader.failure is not None:
            raise reader.failure


def text(path: bytes) -> str:
    """A path of a tree, or the name of a branch, as the rest of deflask has it."""
    return os.fsdecode(path)
