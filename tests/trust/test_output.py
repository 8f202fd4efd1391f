"""What is written where: closed pipes, full devices, terminals without an encoding, and text that would act on one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import APP, FIXED, ROOT, Done, deflask, git, process, tree

# What a terminal or an editor obeys: a title, a colour, text that runs backwards, an isolate, a line of its own.
ACTING = "\x1b]0;owned\x07\x1b[31m\u202e\u2066\u2028\x9b"
NASTY = APP.replace(b"debug=True", f"debug=True, x='{ACTING}'".replace("\x1b", "\\x1b").encode())
RAW = APP.replace(b"app.run(debug=True)", f"app.run(debug=True)  # {ACTING}".encode())
NAMES = ["new\nline.py", "\x1b[31mred.py", "\u202egpj.py", "caf\xe9.py", 'quo"te\\.py', "tab\t.py"]
BYTES = os.fsdecode(b"\xff\xfe\xe9.py")
PLAIN = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


@pytest.mark.parametrize("command", ["check", "fix"])
@pytest.mark.parametrize("shape", ["text", "concise", "json", "jsonl"])
def test_reader_that_goes(tmp_path: Path, command: str, shape: str) -> None:
    """The exit code says what was found, not who listened; what is to be fixed is fixed."""
    tree(tmp_path, {f"m{number}.py": APP for number in range(5)})
    read, write = os.pipe()
    os.close(read)
    done = _with_output(tmp_path, write, command, "--output-format", shape)
    os.close(write)
    assert (done.code, done.err) == (int(command == "check"), "")
    assert (tmp_path / "m4.py").read_bytes() == (FIXED if command == "fix" else APP)


def test_full_device(tmp_path: Path) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    tree(tmp_path, {"app.py": APP})
    with open("/dev/full", "wb") as full:
        done = _with_output(tmp_path, full.fileno(), "check")
    assert (done.code, done.err) == (2, "error: standard output: No space left on device\n")


def _with_output(folder: Path, output: int, *arguments: str) -> Done:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "deflask", *arguments]
    done = subprocess.run(command, cwd=folder, env=env, stdout=output, stderr=subprocess.PIPE, check=False, timeout=60)
    return Done(done.returncode, b"", done.stderr.decode())


@pytest.mark.parametrize("env", [PLAIN, {"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "ascii:strict"}])
def test_terminal_of_little_encoding(tmp_path: Path, env: dict[str, str]) -> None:
    """Names, sources and messages go out as bytes or escaped, whatever the streams can hold."""
    source = APP.replace(b"True)", "True, x='\xe9\u4e2d')".encode())
    tree(tmp_path, {"app.py": source})
    for name in [*NAMES, BYTES]:
        (tmp_path / name).write_bytes(source)
    for arguments in (["check"], ["check", "-v", "none\xe9.py"], ["diff"], ["rules"], ["rules", "DF101"], ["--help"]):
        done = process(tmp_path, *arguments, env=env)
        assert "Traceback" not in done.err
        assert b"Traceback" not in done.out
        assert done.code == {"check": 1, "diff": 1}.get(arguments[0], 0) + ("-v" in arguments)
    assert process(tmp_path, "fix", env=env).code == 0
    assert (tmp_path / BYTES).read_bytes() == FIXED.replace(b'"1")', "\"1\", x='\xe9\u4e2d')".encode())


def test_names_of_all_kinds(tmp_path: Path) -> None:
    """Text shows them escaped, JSON gives them back, and `git apply` finds the files by the diff."""
    names = [*NAMES, BYTES]
    for name in names:
        (tmp_path / name).write_bytes(APP)
    git(tmp_path, "init", "-q")
    for shape in ("text", "concise"):
        done = deflask(tmp_path, "check", "--output-format", shape)
        assert done.text.count(": DF101 ") == len(names)
        assert _acts(done.text) == set()
    lines = deflask(tmp_path, "check", "--output-format", "jsonl").text.splitlines()
    assert {each["path"] for each in map(json.loads, lines) if each["type"] == "file"} == set(names)
    found = json.loads(deflask(tmp_path, "check", "--output-format", "json").text)
    assert {os.fsencode(each["path"]) for each in found["findings"]} == set(map(os.fsencode, names))
    diff = deflask(tmp_path, "diff", "-q").out
    git(tmp_path, "apply", stdin=diff)
    assert {(tmp_path / name).read_bytes() for name in names} == {FIXED}


@pytest.mark.parametrize("source", [NASTY, RAW])
def test_sources_that_act_on_terminals(tmp_path: Path, source: bytes) -> None:
    """Shown, they are escaped; in JSON and in a diff for a program they are what they are."""
    tree(tmp_path, {"app.py": source})
    for arguments in (["check"], ["check", "--color"], ["check", "--output-format", "concise"], ["diff", "--color"]):
        done = deflask(tmp_path, *arguments)
        assert _acts(_without_our_colours(done.text + done.err)) == set(), arguments
    screen = deflask(tmp_path, "diff", "--no-color", terminal="stdout").text
    assert _acts(screen.replace("\r\n", "\n")) == set()
    assert "\\u202e" in screen
    told = json.loads(deflask(tmp_path, "diff", "--output-format", "json").text)
    raw = deflask(tmp_path, "diff", "-q").out
    assert told["files"][0]["diff"].encode() == raw
    git(tmp_path, "init", "-q")
    git(tmp_path, "apply", stdin=raw)
    (tmp_path / "fixed.py").write_bytes(source)
    assert deflask(tmp_path, "fix", "fixed.py").code == 0
    assert (tmp_path / "app.py").read_bytes() == (tmp_path / "fixed.py").read_bytes()


def test_caret_under_what_is_escaped(tmp_path: Path) -> None:
    tree(tmp_path, {"app.py": APP.replace(b"app.run", "'\u202e'; app.run".encode())})
    lines = deflask(tmp_path, "check").text.splitlines()
    assert lines[1:3] == ["    '\\u202e'; app.run(debug=True)", "              " + "^" * 19]


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", ACTING + ".py"],
        ["check", "--select", ACTING],
        ["check", "--" + ACTING],
        [ACTING],
        ["check", "--config", ACTING],
        ["check", "--output-format", ACTING],
        ["check", "--output-file", f"no/{ACTING}", "."],
        ["rules", ACTING],
    ],
)
def test_errors_do_not_act_on_terminals(tmp_path: Path, arguments: list[str]) -> None:
    tree(tmp_path, {"app.py": APP})
    done = deflask(tmp_path, *arguments)
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert _acts(done.err) == set()


def test_errors_that_quote_sources(tmp_path: Path) -> None:
    """Python's parser quotes what it does not take, and a configuration its keys."""
    tree(
        tmp_path, {"app.py": APP + "x = \u202e\x1b[31m".encode(), "p/pyproject.toml": '[tool.deflask]\n"\u202e" = 1\n'}
    )
    (tmp_path / "p/app.py").write_bytes(APP)
    done = deflask(tmp_path, "check", "app.py", "p")
    assert len(done.errors) == 2
    assert _acts(done.err + done.text) == set()


def _acts(text: str) -> set[str]:
    """The letters of a text that act on who reads it; a line feed ends lines."""
    return {letter for letter in text if letter in "\u202e\u2066\u2028\x9b" or (letter < " " and letter not in "\n\t")}


def _without_our_colours(text: str) -> str:
    for code in ("0", "1", "31", "32", "33", "36"):
        text = text.replace(f"\x1b[{code}m", "")
    return text
