"""`deflask check`: what it finds, what it says, and how it exits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deflask import __version__
from tests.command import APP, BROKEN, CLEAN, ROOT, UNSAFE, deflask, process, tree

SEVERAL = b"""\
import os

from flask import Flask
from werkzeug.serving import run_simple

app = Flask(__name__)

if __name__ == "__main__":
    run_simple("127.0.0.1", 5000, app, use_debugger=True)
    app.run(debug=True)
    app.run(debug=os.environ.get("DEBUG"))
else:
    app.run()
"""


def codes(folder: Path, *options: str) -> list[str]:
    """The rules that find something in SEVERAL."""
    done = deflask(folder, "check", "--output-format", "json", *options)
    return [finding["rule"] for finding in json.loads(done.out)["findings"]]


def test_finding(tmp_path: Path) -> None:
    """The whole default output: place, rule, applicability, message, source line with carets, summary."""
    tree(tmp_path, {"app.py": APP})
    done = deflask(tmp_path, "check")
    assert done.text == (
        "app.py:5:1: DF101 [safe] `app.run` starts Flask's debugger with nothing set\n"
        "    app.run(debug=True)\n"
        "    ^^^^^^^^^^^^^^^^^^^\n"
        "1 finding in 1 file, 1 fixable with `deflask fix`.\n"
    )
    assert (done.code, done.err) == (1, "")
    assert (tmp_path / "app.py").read_bytes() == APP


def test_clean(tmp_path: Path) -> None:
    tree(tmp_path, {"app.py": CLEAN, "other.py": b""})
    done = deflask(tmp_path, "check", ".")
    assert (done.code, done.text, done.err) == (0, "Nothing switches the debugger on in 2 files.\n", "")


@pytest.mark.parametrize(
    ("files", "options", "code"),
    [
        ({"app.py": CLEAN}, (), 0),
        ({"app.py": APP}, (), 1),
        ({"app.py": BROKEN}, (), 2),
        ({"app.py": APP, "broken.py": BROKEN}, (), 2),
        ({"app.py": APP}, ("--exit-zero",), 0),
        ({"app.py": APP, "broken.py": BROKEN}, ("--exit-zero",), 2),
    ],
)
def test_exit_code(tmp_path: Path, files: dict[str, bytes], options: tuple[str, ...], code: int) -> None:
    """Failures outweigh findings; --exit-zero forgives findings alone."""
    tree(tmp_path, files)
    assert deflask(tmp_path, "check", *options).code == code


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), ["DF105", "DF101"]),
        (("--select", "DF101"), ["DF101"]),
        (("--select", "df105"), ["DF105"]),
        (("--select", "run-debug,DF105"), ["DF105", "DF101"]),
        (("--select", "DF105", "--select", "DF112"), ["DF105", "DF112"]),
        (("--select", "DF11"), ["DF112", "DF111"]),
        (("--select", "ALL", "--ignore", "DF10"), ["DF112", "DF111"]),
        (("--extend-select", "loose-env-flag"), ["DF105", "DF101", "DF112"]),
        (("--ignore", "DF101"), ["DF105"]),
        (("--ignore", "werkzeug-debugger, DF101"), []),
    ],
)
def test_rules(tmp_path: Path, options: tuple[str, ...], expected: list[str]) -> None:
    """Rules are chosen by code, the beginning of one, or name."""
    tree(tmp_path, {"app.py": SEVERAL})
    assert codes(tmp_path, *options) == expected


def test_unsafe_fixes(tmp_path: Path) -> None:
    """An unsafe fix is not counted as fixable until it is asked for."""
    tree(tmp_path, {"app.py": UNSAFE})
    assert "1 finding in 1 file, 0 fixable" in deflask(tmp_path, "check").text
    assert "1 finding in 1 file, 1 fixable" in deflask(tmp_path, "check", "--unsafe-fixes").text


def test_suppressions(tmp_path: Path) -> None:
    """What comments silence is counted, and shown on request."""
    tree(tmp_path, {"app.py": APP.replace(b"True)", b"True)  # nosec B201")})
    done = deflask(tmp_path, "check")
    assert (done.code, done.text) == (0, "Nothing switches the debugger on in 1 file. 1 suppressed.\n")
    shown = deflask(tmp_path, "check", "--ignore-suppressions")
    assert shown.code == 1
    assert "DF101" in shown.text
    assert "suppressed" not in shown.text


def test_no_guard(tmp_path: Path) -> None:
    """The guard that is not wanted is said to be left; a rule that only guards has nothing left to do."""
    tree(tmp_path, {"app.py": APP})
    done = deflask(tmp_path, "check", "--no-guard", "--extend-select", "DF111", "--output-format", "json")
    findings = {finding["rule"]: finding for finding in json.loads(done.out)["findings"]}
    assert findings["DF101"]["guard"] == findings["DF111"]["guard"] == "left: --no-guard"
    assert findings["DF101"]["applicability"] == "safe"
    assert findings["DF111"]["applicability"] == "manual"


def test_quiet(tmp_path: Path) -> None:
    """Findings and errors, but no summary."""
    tree(tmp_path, {"app.py": APP, "broken.py": BROKEN})
    done = deflask(tmp_path, "check", "-q")
    assert done.text.splitlines()[-1].strip() == "^" * len("app.run(debug=True)")
    assert len(done.errors) == 1
    assert deflask(tmp_path, "check", "--quiet", "--verbose").err == "error: --quiet and --verbose exclude each other\n"


def test_itself() -> None:
    """deflask finds nothing in its own repository, whose fixtures its own configuration leaves out."""
    done = deflask(ROOT, "check", ".")
    assert (done.code, done.err) == (0, ""), done.text


def test_help_and_version(tmp_path: Path) -> None:
    assert deflask(tmp_path, "--version").text == f"deflask, version {__version__}\n"
    shown = deflask(tmp_path, "check", "-h")
    assert shown.code == 0
    assert "--extend-select" in shown.text


def test_without_a_command(tmp_path: Path) -> None:
    """Help is for reading: its lines stay lines, and it is no error of anything."""
    for done in (process(tmp_path), deflask(tmp_path)):
        assert (done.text + done.err).startswith("Usage: ")


def test_verbose_says_what_was_not_read(tmp_path: Path) -> None:
    """A sibling that cannot be parsed ends the way of a name; who asks is told."""
    run = "from web import app\n\nif __name__ == '__main__':\n    app.run(debug=True)\n"
    tree(tmp_path, {"run.py": run, "web.py": "def broken(:\n", "pyproject.toml": ""})
    done = deflask(tmp_path, "check", "--verbose", "run.py")
    assert done.code == 1
    assert done.err.startswith("note: web.py: broken syntax: line 1")
    assert deflask(tmp_path, "check", "run.py").err == ""
