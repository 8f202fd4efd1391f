"""`-`: source from standard input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import APP, BROKEN, CLEAN, FIXED, UNSAFE, deflask, git, process, tree

CONFIG = '[tool.deflask]\nenv-var = "SHOP_DEBUG"\nper-file-ignores = { "legacy.py" = ["DF101"] }\n'


def test_check(tmp_path: Path) -> None:
    done = deflask(tmp_path, "check", "-", "--output-format", "concise", stdin=APP)
    assert (done.code, done.err) == (1, "")
    assert done.places == ["-:5"]


def test_fix_prints_the_source(tmp_path: Path) -> None:
    """The source on standard output, the report on standard error: an editor can take the one and show the other."""
    done = deflask(tmp_path, "fix", "-", stdin=APP)
    assert (done.code, done.out) == (0, FIXED)
    assert done.err.startswith("-:5:1: DF101 [fixed] ")
    assert done.err.endswith("Fixed 1 finding.\n")


@pytest.mark.parametrize(
    ("source", "code"), [(CLEAN, 0), (b"", 0), (UNSAFE, 1), (BROKEN, 2), (b"\xff\xfeapp.run debug flask Flask", 2)]
)
def test_fix_gives_back_what_it_leaves(tmp_path: Path, source: bytes, code: int) -> None:
    """Whatever it is, an editor's buffer is never replaced by less."""
    done = deflask(tmp_path, "fix", "-", stdin=source)
    assert (done.code, done.out) == (code, source)
    assert len(done.errors) == (code == 2)


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
def test_bytes_are_kept(tmp_path: Path, newline: bytes) -> None:
    """Nothing between the two pipes translates line ends or characters."""
    source = b"\xef\xbb\xbf# caf\xc3\xa9\n" + APP + b"x = '\xe2\x80\xa8'"
    done = process(tmp_path, "fix", "-", stdin=source.replace(b"\n", newline))
    assert (done.code, done.err[:2]) == (0, "-:")
    # The first comment stays in front of the import.
    head, _, tail = source.partition(b"from")
    expected = head + FIXED.partition(b"from")[0] + b"from" + FIXED.partition(b"from")[2] + tail.rpartition(b"\n")[2]
    assert done.out == expected.replace(b"\n", newline)


def test_diff_names_the_file(tmp_path: Path) -> None:
    """With the name that it goes by, git can apply the diff."""
    tree(tmp_path, {"shop/app.py": APP})
    done = deflask(tmp_path, "diff", "-", "--stdin-filename", "shop/app.py", stdin=APP)
    assert done.code == 1
    git(tmp_path, "apply", "-", stdin=done.out)
    assert (tmp_path / "shop/app.py").read_bytes() == FIXED


def test_file_of_that_name_is_not_touched(tmp_path: Path) -> None:
    tree(tmp_path, {"app.py": CLEAN})
    assert deflask(tmp_path, "fix", "-", "--stdin-filename", "app.py", stdin=APP).out == FIXED
    assert (tmp_path / "app.py").read_bytes() == CLEAN


def test_configuration_of_the_name(tmp_path: Path) -> None:
    """The settings are those of the file that it stands for, else of the current folder."""
    tree(tmp_path, {"shop/pyproject.toml": CONFIG, "pyproject.toml": '[tool.deflask]\nenv-var = "TOP_DEBUG"\n'})
    named = deflask(tmp_path, "fix", "-", "--stdin-filename", "shop/app.py", stdin=APP)
    assert named.out == FIXED.replace(b"FLASK_DEBUG", b"SHOP_DEBUG")
    assert deflask(tmp_path, "fix", "-", stdin=APP).out == FIXED.replace(b"FLASK_DEBUG", b"TOP_DEBUG")
    ignored = deflask(tmp_path, "check", "-", "--stdin-filename", "shop/legacy.py", stdin=APP)
    assert ignored.code == 0


def test_name_decides_what_needs_a_guard(tmp_path: Path) -> None:
    """A package's `__main__.py` runs as `__main__`."""
    done = deflask(tmp_path, "check", "-", "--stdin-filename", "shop/__main__.py", "--output-format=json", stdin=APP)
    (finding,) = json.loads(done.out)["findings"]
    assert (finding["path"], finding["guard"]) == ("shop/__main__.py", "not needed")


def test_error_names_it(tmp_path: Path) -> None:
    cause = "broken syntax: line 3: '(' was never closed"
    assert deflask(tmp_path, "check", "-", stdin=BROKEN).err == f"error: -: {cause}\n"
    named = deflask(tmp_path, "check", "-", "--stdin-filename", "a b.py", stdin=BROKEN)
    assert (named.code, named.err) == (2, f"error: a b.py: {cause}\n")


def test_not_with_other_paths(tmp_path: Path) -> None:
    tree(tmp_path, {"app.py": APP})
    done = deflask(tmp_path, "fix", "-", "app.py", stdin=APP)
    assert (done.code, done.out) == (2, b"")
    assert done.err == "error: `-` stands for standard input and cannot be combined with other paths\n"
    assert (tmp_path / "app.py").read_bytes() == APP


@pytest.mark.parametrize("closed", ["<&-", ">&-"])
def test_closed_stream(tmp_path: Path, closed: str) -> None:
    """A daemon may start a program with its standard streams closed, which is no reason for a traceback."""
    script = f'exec "$0" -m deflask check - {closed}'
    done = subprocess.run(
        ["sh", "-c", script, sys.executable], cwd=tmp_path, input=APP, capture_output=True, check=False
    )
    assert b"Traceback" not in done.stderr
    assert done.returncode in (1, 2)
