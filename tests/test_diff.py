"""`deflask diff`: what `fix` would write, in a form that `git apply` takes."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

import pytest

from tests.command import APP, BROKEN, CLEAN, FIXED, UNSAFE, deflask, git, process, tree

FORMS = {
    "lf": APP,
    "crlf": APP.replace(b"\n", b"\r\n"),
    "cr": APP.replace(b"\n", b"\r"),
    "a lone cr": APP.replace(b"\n\n", b"\r\r"),
    "no final newline": APP[:-1],
    "no final newline, crlf": APP.replace(b"\n", b"\r\n")[:-2],
    "bom": codecs.BOM_UTF8 + APP,
    "bom and crlf": codecs.BOM_UTF8 + APP.replace(b"\n", b"\r\n"),
    "latin-1": b"# coding: latin-1\n# caf\xe9\n" + APP + b"print('\xe9')\n",
    "form feed": APP.replace(b"\napp.run", b"\n\x0capp.run"),
    "other separators": APP.replace(b"True)", "True)  # a\u2028b\x85c\x1cd".encode()),
}
NAMES = [
    "a b.py",
    'quo"te.py',
    "apo's.py",
    "back\\slash.py",
    "ta\tb.py",
    "new\nline.py",
    "é.py",
    "日本/語 x.py",
    "-x.py",
    "a/b/c.py",
]


def applied(folder: Path, diff: bytes) -> None:
    """Apply a diff as people do, and prove that nothing but LF, CRLF and so on was at stake."""
    git(folder, "apply", "--check", "-", stdin=diff)
    git(folder, "apply", "-", stdin=diff)


@pytest.mark.parametrize("data", FORMS.values(), ids=FORMS)
def test_git_applies_every_form(tmp_path: Path, data: bytes) -> None:
    """After `git apply` the file holds what `fix` writes, and there is nothing more to do."""
    tree(tmp_path, {"app.py": data})
    diff = deflask(tmp_path, "diff", "app.py")
    assert diff.code == 1
    assert (tmp_path / "app.py").read_bytes() == data
    applied(tmp_path, diff.out)
    by_git = (tmp_path / "app.py").read_bytes()
    tree(tmp_path, {"app.py": data})
    assert deflask(tmp_path, "fix", "app.py").code == 0
    assert (tmp_path / "app.py").read_bytes() == by_git != data
    again = deflask(tmp_path, "diff", "app.py")
    assert (again.code, again.out) == (0, b"")


@pytest.mark.parametrize("name", NAMES)
def test_git_applies_every_name(tmp_path: Path, name: str) -> None:
    tree(tmp_path, {name: APP})
    applied(tmp_path, deflask(tmp_path, "diff").out)
    assert (tmp_path / name).read_bytes() == FIXED


def test_git_applies_a_name_that_is_no_text(tmp_path: Path) -> None:
    name = os.path.join(os.fsencode(tmp_path), b"caf\xe9.py")
    Path(os.fsdecode(name)).write_bytes(APP)
    applied(tmp_path, process(tmp_path, "diff").out)
    assert Path(os.fsdecode(name)).read_bytes() == FIXED


@pytest.mark.parametrize("folder", [".", "./", "././", "sub/..", "./sub//", "sub/./"])
def test_git_applies_every_spelling_of_a_folder(tmp_path: Path, folder: str) -> None:
    """Git refuses names with empty parts or dots in them, so the diff must not have any."""
    tree(tmp_path, {"sub/app.py": APP})
    applied(tmp_path, deflask(tmp_path, "diff", folder).out)
    assert (tmp_path / "sub/app.py").read_bytes() == FIXED


def test_git_applies_many_files_at_once(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {f"{n}/app {n}.py": data for n, data in enumerate(FORMS.values())}
    tree(tmp_path, files)
    applied(tmp_path, deflask(tmp_path, "diff").out)
    assert deflask(tmp_path, "diff").code == 0


def test_output(tmp_path: Path) -> None:
    """Standard output is the diff alone; what remains, what changes for people and the summary go besides."""
    tree(tmp_path, {"app.py": APP, "shop.py": UNSAFE})
    done = deflask(tmp_path, "diff")
    assert done.code == 1
    assert done.text.startswith(
        "--- a/app.py\n+++ b/app.py\n@@ -1,5 +1,8 @@\n+import os\n+\n from flask import Flask\n"
    )
    assert "shop.py" not in done.text
    remains, note, summary = done.err.splitlines()
    assert remains.startswith("shop.py:4 DF101 ")
    assert len(remains) > len("shop.py:4 DF101 "), "the reason is said"
    assert note.startswith("note: only FLASK_DEBUG=1 ")
    assert summary == "2 findings in 2 files, 1 would be fixed. 1 more with --unsafe-fixes."
    quiet = deflask(tmp_path, "diff", "-q")
    assert (quiet.out, quiet.err) == (done.out, remains + "\n")


def test_unsafe_fixes(tmp_path: Path) -> None:
    tree(tmp_path, {"shop.py": UNSAFE})
    assert deflask(tmp_path, "diff").out == b""
    assert (
        b'+    app.run(debug=os.environ.get("FLASK_DEBUG") == "1")\n' in deflask(tmp_path, "diff", "--unsafe-fixes").out
    )


@pytest.mark.parametrize(
    ("files", "options", "code"),
    [
        ({"app.py": CLEAN}, (), 0),
        ({"app.py": APP}, (), 1),
        ({"app.py": UNSAFE}, (), 1),
        ({"app.py": APP}, ("--exit-zero",), 0),
        ({"app.py": APP, "broken.py": BROKEN}, (), 2),
        ({"app.py": APP, "broken.py": BROKEN}, ("--exit-zero",), 2),
    ],
)
def test_exit_code(tmp_path: Path, files: dict[str, bytes], options: tuple[str, ...], code: int) -> None:
    """0 where there is nothing to do, 1 where something would change or remains, 2 where something failed."""
    tree(tmp_path, files)
    done = deflask(tmp_path, "diff", *options)
    assert done.code == code
    assert (done.out != b"") == (files["app.py"] == APP)


def test_files_that_are_not_below_are_named_from_the_top(tmp_path: Path) -> None:
    """A patch that leads out of its folder is none that git would take."""
    tree(tmp_path, {"app.py": APP, "sub/keep.txt": b""})
    git(tmp_path, "init", "-q")
    done = deflask(tmp_path / "sub", "diff", "../app.py")
    assert b"--- a/app.py\n" in done.out
    git(tmp_path, "apply", "-", stdin=done.out)
    assert (tmp_path / "app.py").read_bytes() == FIXED
