"""Disks and permissions that stand in the way: one line, exit code 2, the rest is fixed, and nothing half written."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deflask.files import write as writing
from deflask.files.discovery import Found, discover
from tests.command import APP, CLEAN, FIXED, Done, deflask, tree
from tests.trust.faults import immutable, ordinary, small_disk, state

FILES = {"bad/app.py": APP, "good/app.py": APP}
NOBODY = 65534
HALF = {"bad/app.py": APP, "good/app.py": FIXED}
ALL = {"bad/app.py": FIXED, "good/app.py": FIXED}


def assert_only_good(folder: Path, done: Done, cause: str) -> None:
    """The bad file is as it was, the error says why, and the good one is fixed."""
    assert done.err == f"error: bad/app.py: {cause}\n"
    assert done.code == 2
    assert state(folder) == HALF


def test_full_disk(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64 * 1024) as disk:
        tree(disk, FILES)
        (disk / "filler").write_bytes(b"x" * 1024)
        with (disk / "filler").open("ab", buffering=0) as filler, contextlib.suppress(OSError):
            while True:
                filler.write(b"x" * 4096)
        done = deflask(disk, "fix")
        assert done.code == 2
        assert done.errors == [f"error: {name}: cannot be written: No space left on device" for name in FILES]
        (disk / "filler").unlink()
        assert state(disk) == FILES
        # With room, the next run does it.
        assert deflask(disk, "fix").code == 0
        assert state(disk) == ALL


def test_limit_of_the_size_of_files(tmp_path: Path) -> None:
    """The write fails in its midst: the big file's first megabyte can still be written."""
    big = APP + b"# " + b"x" * 2_000_000 + b"\n"
    tree(tmp_path, {**FILES, "bad/app.py": big})
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))"
    done = ordinary(tmp_path, "fix", before=limit)
    assert done.code == 2
    assert done.err == "error: bad/app.py: cannot be written: File too large\n"
    assert state(tmp_path) == {**HALF, "bad/app.py": big}


@pytest.mark.parametrize("mode", [0o444, 0o400])
def test_read_only_file(tmp_path: Path, mode: int) -> None:
    """Also to root, who could."""
    tree(tmp_path, FILES)
    (tmp_path / "bad/app.py").chmod(mode)
    assert_only_good(tmp_path, deflask(tmp_path, "fix"), "the file is read-only")


def test_immutable_file(tmp_path: Path) -> None:
    tree(tmp_path, FILES)
    with immutable(tmp_path / "bad/app.py"):
        assert_only_good(tmp_path, deflask(tmp_path, "fix"), "the file is read-only")


def test_immutable_folder(tmp_path: Path) -> None:
    tree(tmp_path, FILES)
    with immutable(tmp_path / "bad"):
        done = deflask(tmp_path, "fix")
    assert_only_good(tmp_path, done, "cannot be written: Operation not permitted")


@pytest.mark.parametrize(
    ("path", "mode", "cause"),
    [
        ("bad", 0o555, "cannot be written: Permission denied"),
        ("bad/app.py", 0o222, "cannot be read: Permission denied"),
    ],
)
def test_no_permission(tmp_path: Path, path: str, mode: int, cause: str) -> None:
    tree(tmp_path, FILES)
    (tmp_path / path).chmod(mode)
    done = ordinary(tmp_path, "fix")
    (tmp_path / path).chmod(0o755)
    assert_only_good(tmp_path, done, cause)


def test_owner_stays(tmp_path: Path) -> None:
    """Root fixes the files of others, and they stay theirs."""
    if os.geteuid():
        pytest.skip("takes root")
    tree(tmp_path, FILES)
    os.chown(tmp_path / "bad/app.py", NOBODY, 12345)
    (tmp_path / "bad/app.py").chmod(0o2755)
    assert deflask(tmp_path, "fix").code == 0
    now = (tmp_path / "bad/app.py").stat()
    assert (now.st_uid, now.st_gid, now.st_mode & 0o7777) == (NOBODY, 12345, 0o2755)
    assert state(tmp_path) == ALL


def test_owner_that_cannot_be_kept(tmp_path: Path) -> None:
    """Whoever may write a file of another can fix it; it is theirs then, as after any editor that writes anew."""
    if os.geteuid():
        pytest.skip("takes root")
    tree(tmp_path, {"app.py": APP})
    (tmp_path / "app.py").chmod(0o666)
    os.chown(tmp_path / "app.py", NOBODY, -1)
    assert ordinary(tmp_path, "fix").code == 0
    assert ((tmp_path / "app.py").stat().st_uid, state(tmp_path)) == (0, {"app.py": FIXED})


def test_attributes_stay(tmp_path: Path) -> None:
    """Access lists are attributes to the system."""
    tree(tmp_path, FILES)
    try:
        os.setxattr(tmp_path / "bad/app.py", "user.origin", b"upstream")
    except (OSError, AttributeError):
        pytest.skip("no extended attributes here")
    assert deflask(tmp_path, "fix").code == 0
    assert os.getxattr(tmp_path / "bad/app.py", "user.origin") == b"upstream"


def test_hard_link(tmp_path: Path) -> None:
    """To replace one name would part them, and the other would go on with the debugger."""
    tree(tmp_path, FILES)
    os.link(tmp_path / "bad/app.py", tmp_path / "other.txt")
    done = deflask(tmp_path, "fix")
    assert done.errors == ["error: bad/app.py: it has another name, a hard link, which would keep the old content"]
    assert state(tmp_path) == {**HALF, "other.txt": APP}
    # It can be looked at all the same.
    assert deflask(tmp_path, "check", "bad").code == 1


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _link_to_the_same(path: Path) -> None:
    path.rename(path.with_suffix(".txt"))
    (path.parent / "elsewhere.txt").write_bytes(path.with_suffix(".txt").read_bytes())
    path.symlink_to("elsewhere.txt")


def _new_with_the_same(path: Path) -> None:
    (path.parent / "new").write_bytes(path.read_bytes())
    (path.parent / "new").replace(path)


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _saved(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"# saved\n")


CHANGES = [_folder, _link_to_the_same, _new_with_the_same, _pipe, _saved, Path.unlink]
CAUSES = ("the file changed while it was being fixed", "cannot be written: No such file or directory")


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("when", ["before the write", "before the comparison"])
def test_changed_in_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str, change: Callable[[Path], object]
) -> None:
    """What was read and what stands there now are two: nothing is written, wherever the name leads now."""
    tree(tmp_path, FILES)
    expected: dict[str, bytes] = {}
    real = {"before the write": writing.write, "before the comparison": writing._make_alike}[when]

    def changing(*arguments: object) -> None:
        if when == "before the comparison":
            real(*arguments)  # type: ignore[operator]
        if not expected:
            change(tmp_path / "bad/app.py")
            expected.update({n: data for n, data in state(tmp_path).items() if not n.endswith(".tmp")})
        if when == "before the write":
            real(*arguments)  # type: ignore[operator]

    monkeypatch.setattr(writing, real.__name__, changing)
    done = deflask(tmp_path, "fix")
    assert done.code == 2
    assert done.err in [f"error: bad/app.py: {cause}\n" for cause in CAUSES]
    assert state(tmp_path) == {**expected, "good/app.py": FIXED}


@pytest.mark.parametrize("change", [_folder, _pipe, Path.unlink])
def test_changed_before_the_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], object]
) -> None:
    """Found as a file, and something else when it is opened: nobody waits for the other end of a pipe."""
    tree(tmp_path, FILES)

    def found(*arguments: Any) -> list[Found]:
        found = list(discover(*arguments))
        change(tmp_path / "bad/app.py")
        return found

    monkeypatch.setattr("deflask.sieve.discover", found)
    done = deflask(tmp_path, "fix")
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert done.err.startswith("error: bad/app.py: cannot be read: ")
    assert (tmp_path / "good/app.py").read_bytes() == FIXED


def test_folder_that_becomes_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written stays in the folder that was compared, even if its name leads out of the tree by then."""
    tree(tmp_path, {"in/app.py": APP, "out/app.py": APP})
    real = os.rename

    def renaming(*arguments: str, **folders: int) -> None:
        monkeypatch.setattr(os, "rename", real)
        (tmp_path / "in").rename(tmp_path / "moved")
        (tmp_path / "in").symlink_to("out")
        real(*arguments, **folders)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "rename", renaming)
    assert deflask(tmp_path, "fix", "in").code == 0
    assert (tmp_path / "out/app.py").read_bytes() == APP
    assert (tmp_path / "moved/app.py").read_bytes() == FIXED


def test_links_out_of_the_tree(tmp_path: Path) -> None:
    """What is not named is not written: only a link that is named itself is followed."""
    tree(tmp_path, {"in/app.py": CLEAN, "out/app.py": APP})
    (tmp_path / "in/link.py").symlink_to("../out/app.py")
    (tmp_path / "in/folder").symlink_to("../out", target_is_directory=True)
    (tmp_path / "in/self").symlink_to(".", target_is_directory=True)
    assert deflask(tmp_path, "fix", "in").code == 0
    assert (tmp_path / "out/app.py").read_bytes() == APP
    assert deflask(tmp_path, "fix", "in/link.py").code == 0
    assert (tmp_path / "out/app.py").read_bytes() == FIXED
    assert (tmp_path / "in/link.py").is_symlink()
