"""Which files are looked at, and why others are not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deflask.files.discovery import discover
from deflask.model import Settings
from tests.command import APP, deflask, git, tree

SEVERAL = ["app.py", "tool.pyw", "site.wsgi", "sub/app.py", "sub/deep/app.py"]


def found(folder: Path, *arguments: str | Path) -> list[str]:
    done = deflask(folder, "check", "--output-format", "concise", *arguments)
    assert done.code in (0, 1), done.err
    return sorted(place.rpartition(":")[0] for place in done.places)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tree(tmp_path, {**dict.fromkeys(SEVERAL, APP), "readme.txt": APP, "app.pyc": APP})
    return tmp_path


def test_sources_below_a_folder(folder: Path) -> None:
    assert found(folder) == sorted(SEVERAL)
    assert found(folder, "sub") == ["sub/app.py", "sub/deep/app.py"]


def test_named_files_are_always_read(folder: Path) -> None:
    tree(folder, {".gitignore": "*\n", "venv/app.py": APP})
    assert found(folder, "readme.txt", "venv/app.py", "--exclude", "readme.txt") == ["readme.txt", "venv/app.py"]


@pytest.mark.parametrize("repository", [True, False])
@pytest.mark.parametrize("last", [True, False])
def test_named_files_are_read_beside_their_folder(folder: Path, last: bool, repository: bool) -> None:
    """What a folder leaves out is still taken by its name, before or after it."""
    if repository:
        git(folder, "init", "--quiet")
    tree(folder, {"build/app.py": APP, "old.py": APP})
    (folder / "link.py").symlink_to("app.py")
    named = ["build/app.py", "link.py", "old.py"]
    arguments = [".", *named] if last else [*named, "."]
    assert found(folder, *arguments, "--exclude", "old.py") == sorted([*SEVERAL, *named])


def test_each_file_once(folder: Path) -> None:
    assert found(folder, "app.py", ".", "./app.py", "sub/../app.py") == sorted(SEVERAL)


def test_each_file_once_by_absolute_names(folder: Path) -> None:
    assert found(folder, "app.py", folder / "app.py") == ["app.py"]


def test_pipe_is_no_source(folder: Path) -> None:
    """Whoever opens a named pipe waits for somebody to write to it, maybe forever."""
    os.mkfifo(folder / "pipe.py")
    taken = [each.path for each in discover([str(folder)], lambda path: Settings()) if each.skipped is None]
    assert sorted(taken) == sorted(str(folder / name) for name in SEVERAL)


def test_nested_gitignore_without_git(folder: Path) -> None:
    """The deepest file that says anything decides, and ignored folders are not entered."""
    tree(
        folder, {".gitignore": "*.pyw\n/sub/*\n!/sub/deep\nout/\n", "out/app.py": APP, "sub/deep/.gitignore": "b.py\n"}
    )
    tree(folder, {"sub/deep/b.py": APP})
    assert found(folder) == ["app.py", "site.wsgi", "sub/deep/app.py"]
    assert "out/app.py" in found(folder, "--no-respect-gitignore")


@pytest.mark.parametrize("text", ["!\n", "/\n!/\n", "[\n", "\\\n", "a[z-\n", "\ufeff# comment\r\n\r\n", "caf\udce9\n"])
def test_gitignore_that_says_nothing(folder: Path, text: str) -> None:
    """A pattern that git passes over is passed over."""
    (folder / ".gitignore").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert found(folder) == sorted(SEVERAL)


def test_gitignore_that_leads_nowhere(folder: Path) -> None:
    (folder / ".gitignore").symlink_to("nowhere")
    assert found(folder) == sorted(SEVERAL)


def test_git_repository(folder: Path) -> None:
    """Tracked files and untracked ones that are not ignored; a tracked one even if a pattern fits."""
    git(folder, "init", "--quiet")
    tree(folder, {".gitignore": "ignored*\n", "ignored.py": APP, "ignored_but_tracked.py": APP, "gone.py": APP})
    git(folder, "add", "--force", "ignored_but_tracked.py", "gone.py", "app.py")
    (folder / "gone.py").unlink()
    assert found(folder) == sorted([*SEVERAL, "ignored_but_tracked.py"])
    assert "ignored.py" in found(folder, "--no-respect-gitignore")


def test_ignored_folder_that_is_named(folder: Path) -> None:
    git(folder, "init", "--quiet")
    tree(folder, {".gitignore": "build-out/\n", "build-out/app.py": APP})
    assert found(folder, "build-out") == ["build-out/app.py"]


@pytest.mark.parametrize("repository", [True, False])
def test_default_excludes_always_hold(folder: Path, repository: bool) -> None:
    if repository:
        git(folder, "init", "--quiet")
    tree(folder, dict.fromkeys(["venv/a.py", ".venv/a.py", "node_modules/x/a.py", "sub/site-packages/a.py"], APP))
    assert found(folder, "--exclude", "nothing", "--no-respect-gitignore") == sorted(SEVERAL)
    assert found(folder) == sorted(SEVERAL)


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        (("--exclude", "sub"), ["app.py", "site.wsgi", "tool.pyw"]),
        (("--exclude", "/sub/*.py"), ["app.py", "site.wsgi", "sub/deep/app.py", "tool.pyw"]),
        (("--exclude", "*.pyw,deep"), ["app.py", "site.wsgi", "sub/app.py"]),
        (("--exclude", "*.pyw", "--extend-exclude", "app.py"), ["site.wsgi"]),
        (("--extend-exclude", "app.py", "--extend-exclude", "*.wsgi"), ["tool.pyw"]),
    ],
)
def test_patterns(folder: Path, patterns: tuple[str, ...], left: list[str]) -> None:
    assert found(folder, *patterns) == left


def test_patterns_of_a_file_are_relative_to_it(folder: Path) -> None:
    tree(folder, {"pyproject.toml": '[tool.deflask]\nextend-exclude = ["/sub/deep"]\n'})
    assert found(folder / "sub") == ["app.py"]


def test_patterns_of_the_nearest_file(folder: Path) -> None:
    """A project inside of another has its own exclusions, from wherever the run starts."""
    tree(folder, {"sub/pyproject.toml": '[tool.deflask]\nexclude = ["/app.py"]\n'})
    assert found(folder, "sub") == ["sub/deep/app.py"]
    assert found(folder) == ["app.py", "site.wsgi", "sub/deep/app.py", "tool.pyw"]


def test_symlinks(folder: Path) -> None:
    """What a link leads to is found where it stands; a link is followed if it is named."""
    (folder / "link.py").symlink_to("app.py")
    (folder / "linked").symlink_to("sub", target_is_directory=True)
    (folder / ".#app.py").symlink_to("nobody@nowhere")
    assert found(folder) == sorted(SEVERAL)
    assert found(folder, "link.py", "linked") == ["link.py", "linked/app.py", "linked/deep/app.py"]


def test_verbose_tells_what_is_left_out(folder: Path) -> None:
    (folder / "link.py").symlink_to("app.py")
    done = deflask(folder, "check", "-v", "--exclude", "sub")
    assert set(done.err.splitlines()) == {
        "skipped: link.py: a symlink",
        "skipped: sub/app.py: excluded",
        "skipped: sub/deep/app.py: excluded",
    }


def test_many_folders_stay_apart(tmp_path: Path) -> None:
    """An exclusion of one project does not hold in the next."""
    tree(tmp_path, {"a/pyproject.toml": '[tool.deflask]\nexclude = ["app.py"]\n', "a/app.py": APP, "b/app.py": APP})
    assert found(tmp_path, "a/app.py", "b") == ["a/app.py", "b/app.py"]
