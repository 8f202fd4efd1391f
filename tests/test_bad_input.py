"""Whatever is wrong with the input ends in one line that names file and cause, exit code 2, and nothing lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import APP, FIXED, ROOT, deflask, tree

# Syntax that some Python older than the next has not, by the last version without it.
NEWER = APP + (b"type X = int\n" if sys.version_info < (3, 12) else b"x = t'{app}'\n")
CHAIN = b"app = Flask(__name__)\n" + b"x = app" + b".a()" * 300 + b"\n"

FILES = [
    (b"from flask import Flask as DEBUG\nprint 'run(debug)'\n", "Python 2: line 2: "),
    (
        b"from flask import Flask as DEBUG\ntry:\n    pass\nexcept A, b:\n    pass\nrun(debug=1)\n",
        "Python 2 or 3.14, not the Python",
    ),
    (b"from flask import Flask as DEBUG\nx = 0777\nrun(debug=1)\n", "Python 2: line 2: "),
    (b"from flask import Flask as DEBUG\ndef f(a, (b, c)): pass\nrun(debug=1)\n", "Python 2: line 2: "),
    (NEWER, "newer syntax than the Python"),
    (b"from flask import Flask as DEBUG\nrun(debug=\n", "broken syntax: line "),
    (b"# coding: nosuch\nfrom flask import Flask as DEBUG\n", "cannot be decoded: unknown encoding: nosuch"),
    (b"# coding: ascii\nfrom flask import Flask as DEBUG\n'\xe9'\n", "cannot be decoded: "),
    (b"from flask import Flask as DEBUG\n'\xe9'\n", "cannot be decoded: "),
    (b"\xef\xbb\xbf# coding: latin-1\nfrom flask import Flask as DEBUG\n", "its byte order mark says UTF-8"),
    ("from flask import Flask as DEBUG\n".encode("utf-16"), "it is UTF-16 or UTF-32"),
    (b"\x7fELF\0\0 flask Flask DEBUG", "it holds a NUL byte"),
    (b"from flask import Flask\nrun(debug=" + b"(" * 300 + b")" * 300 + b")\n", "line 2: too many nested parentheses"),
    (b"from flask import Flask\nrun(debug=" + b"-" * 100_000 + b"1)\n", "nested too deeply for Python's parser"),
    (b"from flask import Flask\n\napp = Flask(__name__)" + b".a()" * 60_000 + b"\napp.run(debug=True)\n", "too deeply"),
]


@pytest.mark.parametrize(("data", "cause"), FILES, ids=[cause for _, cause in FILES])
@pytest.mark.parametrize("action", ["check", "fix"])
def test_file(tmp_path: Path, action: str, data: bytes, cause: str) -> None:
    """The rest of the run goes on."""
    tree(tmp_path, {"bad.py": data, "good.py": APP})
    done = deflask(tmp_path, action)
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert done.err.startswith("error: bad.py: ")
    assert cause in done.err
    assert "good.py:5:1: DF101" in done.text
    assert (tmp_path / "bad.py").read_bytes() == data
    assert (tmp_path / "good.py").read_bytes() == (FIXED if action == "fix" else APP)


def test_annotation_nested_too_deeply(tmp_path: Path) -> None:
    """Nothing else reads it, so it says nothing about the app and is no error of the file."""
    tree(tmp_path, {"app.py": b"def serve(app: '" + b"-" * 100_000 + b"Flask'):\n    app.run(debug=True)  # flask\n"})
    assert (done := deflask(tmp_path, "check")).code == 1, done.err
    assert "app.py:2:5: DF101" in done.text


def test_encoding_that_is_no_superset_of_ascii(tmp_path: Path) -> None:
    """Python runs such a file, so it is rewritten or refused with a reason, but no bug of ours."""
    tree(tmp_path, {"app.py": b"# coding: unicode_escape\n" + APP})
    assert "bug of deflask" not in deflask(tmp_path, "fix").err


def test_chain_in_the_statement_that_changes(tmp_path: Path) -> None:
    """LibCST gives up on what Python still compiles; elsewhere in the file it does not matter."""
    source = b"from flask import Flask\n" + CHAIN
    tree(tmp_path, {"elsewhere.py": source + b"app.run(debug=True)\n"})
    assert deflask(tmp_path, "fix").code == 0
    inside = source + b"app.run(x" + b".a()" * 300 + b", debug=True)\n"
    tree(tmp_path, {"inside.py": inside})
    done = deflask(tmp_path, "fix")
    assert (done.code, done.err) == (2, "error: inside.py: nested too deeply to be examined\n")
    assert (tmp_path / "inside.py").read_bytes() == inside


def test_large_file(tmp_path: Path) -> None:
    """Size by itself is no error."""
    filler = b"".join(b"value_%d = '%s'\n" % (number, b"text " * 50) for number in range(20_000))
    assert len(filler) > 5_000_000
    tree(tmp_path, {"app.py": APP.replace(b"app.run", filler + b"app.run")})
    assert deflask(tmp_path, "fix").code == 0
    assert (tmp_path / "app.py").read_bytes() == FIXED.replace(b"if __name__", filler + b"if __name__")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("none.py", "error: none.py: no such file or directory"),
        ("empty", "error: empty: no Python files found in this folder"),
        ("loop.py", "error: loop.py: a symlink that leads back to itself"),
        ("nul\0.py", "error: nul\\x00.py: no file can have such a name"),
    ],
)
def test_path(tmp_path: Path, path: str, line: str) -> None:
    tree(tmp_path, {"good.py": APP})
    (tmp_path / "empty").mkdir()
    (tmp_path / "loop.py").symlink_to("loop.py")
    done = deflask(tmp_path, "check", path, "good.py")
    assert (done.code, done.err) == (2, line + "\n")
    assert "good.py:5:1" in done.text


def test_symlink_loop_in_a_folder(tmp_path: Path) -> None:
    tree(tmp_path, {"good.py": APP})
    (tmp_path / "loop.py").symlink_to("loop.py")
    (tmp_path / "folder").symlink_to(".", target_is_directory=True)
    done = deflask(tmp_path, "check")
    assert (done.code, done.err) == (2, "error: loop.py: a symlink that leads back to itself\n")
    assert "1 finding in 2 files" in done.text


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (("check", "--select", "DF9"), "'--select': 'DF9' is no rule; known are DF101"),
        (("diff", "--quote-style", "x"), "'--quote-style': 'x' is not one of double, single, preserve"),
        (("fix", "--env-var", "A-B"), "'--env-var': 'A-B' is not the name of an environment variable"),
        (("check", "--output-format", "xml"), "'--output-format': 'xml' is not one of"),
        (("check", "--exclude", "!"), "'--exclude': '!' "),
        (("fix", "--extend-exclude", "build,\\"), "'--extend-exclude': '\\\\' "),
        (("check", "--no-such-option"), "No such option"),
        (("chekc",), "No such command 'chekc'"),
        (("check", "-q", "-v"), "--quiet and --verbose exclude each other"),
    ],
)
def test_command_line(tmp_path: Path, arguments: tuple[str, ...], cause: str) -> None:
    tree(tmp_path, {"app.py": APP})
    done = deflask(tmp_path, *arguments)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, b"", 1)
    assert cause in done.err
    assert (tmp_path / "app.py").read_bytes() == APP


def without_rights(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run deflask bound by the modes of files, also where root runs the tests."""
    bound = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.getuid() == 0 else []
    return subprocess.run(
        [*bound, sys.executable, "-m", "deflask", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


needs_setpriv = pytest.mark.skipif(
    os.getuid() == 0 and shutil.which("setpriv") is None, reason="root needs setpriv to give its rights away"
)


@needs_setpriv
def test_unreadable_file(tmp_path: Path) -> None:
    tree(tmp_path, {"bad.py": APP, "good.py": APP})
    (tmp_path / "bad.py").chmod(0)
    done = without_rights(tmp_path, "check", "--isolated", "bad.py", "good.py")
    assert (done.returncode, done.stderr) == (2, "error: bad.py: cannot be read: Permission denied\n")
    assert "good.py:5:1" in done.stdout


@needs_setpriv
@pytest.mark.parametrize("arguments", [(".",), ("closed", "good.py")])
def test_unreadable_folder(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """What cannot be looked into is never silently clean, whether it was named or found."""
    tree(tmp_path, {"closed/bad.py": APP, "good.py": APP})
    (tmp_path / "closed").chmod(0)
    done = without_rights(tmp_path, "check", "--isolated", *arguments)
    (tmp_path / "closed").chmod(0o755)
    assert (done.returncode, done.stderr) == (2, "error: closed: cannot be read: Permission denied\n")
    assert "good.py:5:1" in done.stdout


def test_read_only_file(tmp_path: Path) -> None:
    """Also for root: who takes the right to write away means it."""
    tree(tmp_path, {"bad.py": APP, "good.py": APP})
    (tmp_path / "bad.py").chmod(0o444)
    done = deflask(tmp_path, "fix")
    assert (done.code, done.err) == (2, "error: bad.py: the file is read-only\n")
    assert "bad.py:5:1: DF101 [safe]" in done.text
    assert done.text.endswith("Fixed 1 finding, 1 left. 1 error.\n")
    assert (tmp_path / "bad.py").read_bytes() == APP
    assert (tmp_path / "good.py").read_bytes() == FIXED


@needs_setpriv
def test_read_only_folder(tmp_path: Path) -> None:
    tree(tmp_path, {"closed/bad.py": APP})
    (tmp_path / "closed").chmod(0o555)
    done = without_rights(tmp_path, "fix", "--isolated", "closed")
    assert (done.returncode, done.stderr) == (2, "error: closed/bad.py: cannot be written: Permission denied\n")
    assert (tmp_path / "closed/bad.py").read_bytes() == APP
    assert os.listdir(tmp_path / "closed") == ["bad.py"]
    (tmp_path / "closed").chmod(0o755)


def test_named_pipe(tmp_path: Path) -> None:
    """A pipe would keep us waiting for ever."""
    os.mkfifo(tmp_path / "pipe.py")
    done = deflask(tmp_path, "check", "pipe.py")
    assert (done.code, done.err) == (2, "error: pipe.py: not a regular file; `-` reads standard input\n")
    assert done.text == "Nothing found in 0 files that could be examined. 1 error.\n"
