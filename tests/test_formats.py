"""What the formats say, and the JSON contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command import APP, BROKEN, CLEAN, UNSAFE, deflask, tree

WIDE = """\
from flask import Flask

app = Flask(__name__)
DEBUG = True

print("größer 🎉", DEBUG); app.run("0.0.0.0", debug=DEBUG)
"""


def document(folder: Path, *arguments: str) -> Any:
    return json.loads(deflask(folder, *arguments, "--output-format", "json").out)


def test_json_is_the_contract(tmp_path: Path) -> None:
    """Keys in their order, positions 1-based, columns in characters, ends exclusive."""
    tree(tmp_path, {"app.py": WIDE})
    found = document(tmp_path, "check")
    assert found == {
        "version": 1,
        "findings": [
            {
                "rule": "DF108",
                "name": "debug-constant",
                "path": "app.py",
                "cell": None,
                "line": 6,
                "column": 27,
                "end_line": 6,
                "end_column": 58,
                "message": "`app.run` starts Flask's debugger with nothing set",
                "cwe": "CWE-489",
                "severity": "medium",
                "cvss": 4.0,
                "level": "error",
                "applicability": "safe",
                "fixed": False,
                "reason": None,
                "guard": "left: other code shares its line",
                "decided_at": {"path": "app.py", "line": 4},
                "used_at": [],
            }
        ],
        "files": [{"path": "app.py", "status": "would-fix", "error": None, "diff": None}],
        "summary": {"files": 1, "findings": 1, "fixable": 1, "fixed": 0, "suppressed": 0, "errors": 0},
    }
    assert list(found["findings"][0])[:5] == ["rule", "name", "path", "cell", "line"]
    assert WIDE.splitlines()[5][26:57] == 'app.run("0.0.0.0", debug=DEBUG)'


def test_a_definition_names_its_uses(tmp_path: Path) -> None:
    """A finding in one file tells of every place that it switches on, by the names that the user has for them."""
    user = b"from flask import Flask\nfrom settings import DEBUG\n\nFlask(__name__).run(debug=DEBUG)\n"
    tree(tmp_path, {"a.py": user, "b.py": user, "settings.py": b"DEBUG = True\n"})
    [finding] = document(tmp_path, "check")["findings"]
    assert (finding["rule"], finding["path"], finding["line"]) == ("DF108", "settings.py", 1)
    assert finding["used_at"] == [{"path": "a.py", "line": 4}, {"path": "b.py", "line": 4}]
    assert "    used at a.py:4, b.py:4\n" in deflask(tmp_path, "check").text
    [alone] = document(tmp_path, "check", "a.py")["findings"]
    assert (alone["path"], alone["applicability"], alone["reason"]) == ("a.py", "manual", "decided in settings.py:1")
    assert alone["decided_at"] == {"path": "settings.py", "line": 1}


def test_json_of_every_status(tmp_path: Path) -> None:
    tree(tmp_path, {"a.py": APP, "broken.py": BROKEN, "clean.py": CLEAN, "old/x.py": APP, "unsafe.py": UNSAFE})
    for action, status, fixed in (("check", "would-fix", 0), ("diff", "would-fix", 0), ("fix", "fixed", 1)):
        found = document(tmp_path, action, "--exclude", "old")
        statuses = {entry["path"]: entry["status"] for entry in found["files"]}
        assert statuses == {
            "a.py": status,
            "broken.py": "error",
            "clean.py": "clean",
            "old/x.py": "skipped",
            "unsafe.py": "unfixed",
        }
        assert found["summary"] == {
            "files": 4, "findings": 2, "fixable": 1, "fixed": fixed, "suppressed": 0, "errors": 1
        }  # fmt: skip
        assert [entry["diff"] is not None for entry in found["files"]] == [action != "check", *[False] * 4]
        assert "broken syntax" in found["files"][1]["error"]
    assert "FLASK_DEBUG=true no longer does" in found["findings"][0]["message"]


def test_json_lines(tmp_path: Path) -> None:
    tree(tmp_path, {"app.py": APP})
    lines = [json.loads(line) for line in deflask(tmp_path, "check", "--output-format", "jsonl").text.splitlines()]
    assert [line.pop("type") for line in lines] == ["finding", "file", "summary"]
    whole = document(tmp_path, "check")
    assert lines == [*whole["findings"], *whole["files"], {"version": 1, **whole["summary"]}]


def test_concise(tmp_path: Path) -> None:
    tree(tmp_path, {"app.py": APP})
    expected = "app.py:5:1: DF101 [{}] `app.run` starts Flask's debugger with nothing set"
    assert deflask(tmp_path, "check", "--output-format", "concise").text == expected.format("safe") + "\n"
    assert deflask(tmp_path, "fix", "--output-format", "concise").text.startswith(expected.format("fixed") + "; only ")


def test_text_marks_the_source(tmp_path: Path) -> None:
    """Carets stand under the call, whatever stands before it."""
    tree(tmp_path, {"app.py": WIDE})
    lines = deflask(tmp_path, "check").text.splitlines()
    start = lines[1].index("app.run")
    assert lines[2] == " " * start + "^" * len('app.run("0.0.0.0", debug=DEBUG)')
    assert lines[3:5] == ["    decided at app.py:4", "    guard left: other code shares its line"]


def test_text_of_others_is_escaped(tmp_path: Path) -> None:
    """Neither a source line nor a file name can steer a terminal."""
    tree(tmp_path, {"a\x1b[31mb.py": APP.replace(b"(debug", b"(port='\x1b[2J\xe2\x80\xae', debug")})
    for style in ("text", "concise"):
        out = deflask(tmp_path, "check", "--output-format", style).text
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert "a\\x1b[31mb.py:5:1" in out


def test_output_file(tmp_path: Path) -> None:
    tree(tmp_path, {"app.py": APP})
    done = deflask(tmp_path, "diff", "--output-file", "out.patch")
    assert (done.code, done.out) == (1, b"")
    assert (tmp_path / "out.patch").read_bytes().startswith(b"--- a/app.py\n")
    done = deflask(tmp_path, "check", "--output-file", "no/such/folder")
    assert done.code == 2
    assert done.err == "error: no/such/folder: cannot be written: No such file or directory\n"


@pytest.mark.parametrize(
    ("options", "env", "terminal", "colored"),
    [
        ((), {}, "stdout", True),
        ((), {}, None, False),
        ((), {"NO_COLOR": "1"}, "stdout", False),
        (("--color",), {"NO_COLOR": "1"}, None, True),
        (("--no-color",), {}, "stdout", False),
    ],
)
@pytest.mark.parametrize("action", ["check", "diff"])
def test_color(
    tmp_path: Path, action: str, options: tuple[str, ...], env: dict[str, str], terminal: str | None, colored: bool
) -> None:
    tree(tmp_path, {"app.py": APP})
    assert (b"\x1b[" in deflask(tmp_path, action, *options, env=env, terminal=terminal).out) is colored


def test_progress_is_for_those_who_wait_at_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, {f"m{number}.py": APP for number in range(5)})
    assert "Checking" not in deflask(tmp_path, "check", terminal="stderr").err
    monkeypatch.setattr("deflask.cli.progress._PATIENCE", 0.0)
    assert "Checking" in deflask(tmp_path, "check", terminal="stderr").err
    assert "Checking" not in deflask(tmp_path, "check").err
    assert "Checking" not in deflask(tmp_path, "check", "-q", terminal="stderr").err
