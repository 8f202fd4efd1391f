"""Real git for the fakes: bare repositories on disk, served by `git http-backend`."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

BASE = "main"
_AUTHOR = {
    "GIT_AUTHOR_NAME": "Somebody",
    "GIT_AUTHOR_EMAIL": "somebody@localhost",
    "GIT_COMMITTER_NAME": "Somebody",
    "GIT_COMMITTER_EMAIL": "somebody@localhost",
}


def git(folder: Path, *arguments: str, stdin: bytes = b"", config: Mapping[str, str] | None = None) -> str:
    """What git prints, with no configuration but this one, which goes by the environment as a token has to."""
    pairs = list((config or {}).items())
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_COUNT": str(len(pairs)),
        **{f"GIT_CONFIG_KEY_{number}": key for number, (key, _) in enumerate(pairs)},
        **{f"GIT_CONFIG_VALUE_{number}": value for number, (_, value) in enumerate(pairs)},
        **_AUTHOR,
    }
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=environment, input=stdin, capture_output=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"git {arguments[0]}: {done.stderr.decode()}")
    return done.stdout.decode().strip()


def make_repository(path: Path, content: bytes = b"app.run(debug=True)\n") -> str:
    """A bare repository with one commit; its ID."""
    path.mkdir(parents=True)
    git(path, "init", "-q", "--bare", "--template=", "-b", BASE)
    return commit(path, BASE, content, parent=None)


def commit(path: Path, branch: str, content: bytes, parent: str | None) -> str:
    """Put a commit on a branch, as if it had been pushed; its ID."""
    blob = git(path, "hash-object", "-w", "--stdin", stdin=content)
    tree = git(path, "mktree", stdin=f"100644 blob {blob}\tapp.py\n".encode())
    made = git(path, "commit-tree", tree, "-m", "Change", *(("-p", parent) if parent else ()))
    git(path, "update-ref", f"refs/heads/{branch}", made)
    return made


def merge_commit(path: Path, source: Path, base: str, head: str, parents: list[str]) -> str:
    """Put the tree of a commit, which may be a fork's, on a branch with these parents; the new commit's ID."""
    if source != path:
        git(path, "fetch", "-q", "--no-write-fetch-head", str(source), head)
    options = [option for parent in parents for option in ("-p", parent)]
    made = git(path, "commit-tree", f"{head}^{{tree}}", "-m", "Merge", *options)
    git(path, "update-ref", f"refs/heads/{base}", made)
    return made


def tip(path: Path, branch: str) -> str | None:
    """The commit that a branch points to."""
    loose = path / "refs" / "heads" / branch
    if loose.is_file():  # without a process: the fakes look at it all the time
        return loose.read_text().strip()
    lines = git(path, "for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}").splitlines()
    return lines[0] if lines else None


@dataclass(frozen=True)
class Answered:
    """What `git http-backend` wants to be answered."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def backend(root: Path, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Answered:
    """One request to git over HTTP, as CGI has it."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(root),
        "GIT_PROJECT_ROOT": str(root),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": headers.get("Content-Encoding", ""),
        "GIT_PROTOCOL": headers.get("Git-Protocol", ""),
        # With a name git takes pushes; whether this one may push was asked before.
        "REMOTE_USER": "somebody",
    }
    done = subprocess.run(["git", "http-backend"], env=environment, input=body, capture_output=True, check=True)
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    pairs = tuple((key, value) for key, _, value in (line.partition(": ") for line in head.decode().split("\r\n")))
    status = next((int(value.split()[0]) for key, value in pairs if key == "Status"), 200)
    return Answered(status, tuple(pair for pair in pairs if pair[0] != "Status"), content)
