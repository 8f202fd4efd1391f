"""A repository that is a path runs nothing of its own on this machine; a server runs its own hooks as ever."""

from __future__ import annotations

import socketserver
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deflask.bulk.model import State
from deflask.bulk.reasons import Reason
from tests.bulk.test_apply import run
from tests.bulk.tools import approved, bare, head
from tests.command import APP, deflask, git


def hook(repository: Path, name: str, script: str, folder: str = "hooks") -> Path:
    """Give a repository a hook."""
    made = repository / folder / name
    made.parent.mkdir(exist_ok=True)
    made.write_text(f"#!/bin/sh\n{script}\n")
    made.chmod(0o755)
    return made


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository that runs commands on every occasion, where it is let."""
    made = bare(tmp_path / "r.git", {"app.py": APP})
    other = bare(tmp_path / "other.git", {"app.py": APP})
    ran = f"touch {tmp_path}/ran"
    (made / "objects" / "info").mkdir(exist_ok=True)
    (made / "objects" / "info" / "alternates").write_text(f"{other}/objects\n")
    git(made, "config", "core.alternateRefsCommand", f"{ran}; true")
    git(made, "config", "core.fsmonitor", f"{ran}; false")
    git(made, "config", "receive.denyCurrentBranch", "updateInstead")
    for name in ("post-receive", "post-update", "push-to-checkout", "pre-auto-gc"):
        hook(made, name, ran)
    return made


def test_nothing_of_a_path_is_run(tmp_path: Path, repository: Path) -> None:
    approved(tmp_path, repository)
    assert run(tmp_path).state is State.PUSHED
    assert head(repository)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["pre-receive", "update", "reference-transaction", "proc-receive"])
@pytest.mark.parametrize("folder", ["hooks", "elsewhere"])
def test_a_path_that_guards_itself(tmp_path: Path, repository: Path, name: str, folder: str) -> None:
    """What could refuse the push is neither run nor passed over."""
    approved(tmp_path, repository)
    made = hook(repository, name, f"touch {tmp_path}/ran", folder)
    if folder != "hooks":
        git(repository, "config", "core.hooksPath", folder)
    row = run(tmp_path)
    assert (row.state, row.reason) == (State.FAILED, Reason.PUSH_REFUSED)
    assert f"there is a hook {name}, and hooks are not run" in (row.detail or "")
    assert (head(repository), (tmp_path / "ran").exists()) == ("", False)
    made.unlink()
    assert run(tmp_path, retry_failed=True).state is State.PUSHED


def test_a_path_with_a_work_tree(tmp_path: Path) -> None:
    """It is a folder with the repository inside of it; its hooks are found there, and its files stay."""
    work = tmp_path / "work"
    git(tmp_path, "clone", "-q", str(bare(tmp_path / "r.git", {"app.py": APP})), str(work))
    approved(tmp_path, work)
    made = hook(work / ".git", "update", f"touch {tmp_path}/ran")
    assert run(tmp_path).reason is Reason.PUSH_REFUSED
    made.unlink()
    assert run(tmp_path, retry_failed=True).state is State.PUSHED
    assert ((work / "app.py").read_bytes(), (tmp_path / "ran").exists()) == (APP, False)


def test_where_nothing_can_be_run(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There git would not look for hooks, so it is not asked to push."""
    approved(tmp_path, repository)
    monkeypatch.setattr("deflask.bulk.served.os.access", lambda *_: False)
    assert run(tmp_path).reason is Reason.PUSH_REFUSED
    assert head(repository) == ""


@contextmanager
def daemon(folder: Path) -> Iterator[str]:
    """A server of git for the repositories below a folder; its URL."""
    options = ("--inetd", "--export-all", "--enable=receive-pack", f"--base-path={folder}")

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            subprocess.run(["git", "daemon", *options], stdin=self.request, stdout=self.request, check=False)

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"git://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


needs_daemon = pytest.mark.skipif(
    not Path(git(Path.cwd(), "--exec-path").decode().strip(), "git-daemon").exists(), reason="this git has no daemon"
)


@needs_daemon
def test_logs_are_for_terminals(tmp_path: Path) -> None:
    """What a server says, in its log as everywhere: no escape sequence is one."""
    repository = bare(tmp_path / "r.git", {"app.py": APP})
    hook(repository, "pre-receive", "printf '\\033[31mred\\033[0m\\n\\377\\n' >&2; exit 1")
    with daemon(tmp_path) as url:
        approved(tmp_path, f"{url}/r.git")
        assert deflask(tmp_path, "bulk", "apply", "--campaign", "c", "--jobs", "1").code == 1
    [log] = (tmp_path / "c" / "logs").iterdir()
    assert b"\x1b" not in log.read_bytes()
    assert "remote: \\x1b[31mred" in log.read_text()


@needs_daemon
def test_refused_by_a_server(tmp_path: Path) -> None:
    """Its words are kept, and --retry-failed tries again when it has changed its mind."""
    repository = bare(tmp_path / "r.git", {"app.py": APP})
    refusing = hook(repository, "pre-receive", "echo 'GH006: Protected branch update failed' >&2; exit 1")
    with daemon(tmp_path) as url:
        approved(tmp_path, f"{url}/r.git")
        row = run(tmp_path)
        assert (row.state, row.reason) == (State.FAILED, Reason.PUSH_REFUSED)
        assert "GH006: Protected branch update failed" in (row.detail or "")
        assert "pre-receive hook declined" in (row.detail or "")
        refusing.unlink()
        assert run(tmp_path).state is State.FAILED
        assert run(tmp_path, retry_failed=True).state is State.PUSHED
    assert head(repository)
