"""Fixture programs, started to see which servers and debuggers they ask for."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Any

from deflask.config import settings_from
from deflask.files.testcode import is_test_code
from deflask.files.toml import parse_toml
from deflask.model import EditKind, Finding, Settings, Span
from tests.cases import FIXTURES, Case, cases

from .server import environment
from .stacks import STARTS, Stack

WORKER = Path(__file__).parent / "worker.py"


@dataclass(frozen=True)
class Program:
    """Files, and which of them may be started."""

    name: str
    files: dict[str, bytes]
    starts: tuple[str, ...]
    settings: Settings

    def write(self, folder: Path) -> None:
        for name, data in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        (folder / "pyproject.toml").touch()


def programs() -> list[Program]:
    """Every pair that is fixed, and every project that changes."""
    found = [_single(case) for case in cases() if case.kind == "fix"]
    projects = (path for path in sorted((FIXTURES / "projects").iterdir()) if (path / "after").exists())
    return [*found, *map(_project, projects)]


def kept() -> list[Program]:
    """Every pair that is left alone for what the program does, not for a comment or the name of its file."""
    return [
        _single(case)
        for case in cases()
        if case.kind == "keep" and not case.run().suppressed and not is_test_code(case.logical_path)
    ]


def _single(case: Case) -> Program:
    name = case.logical_path
    if re.search(rf"(?m)^\s*(?:from|import) {PurePath(name).stem}\b".encode(), case.before):
        # Under this name the program would import itself.
        name = f"program_{name}"
    return Program(case.name, {name: case.before}, (name,), case.settings)


def _project(folder: Path) -> Program:
    before = folder / "before"
    files = {path.relative_to(before).as_posix(): path.read_bytes() for path in before.rglob("*") if path.is_file()}
    toml = folder / "settings.toml"
    settings = settings_from(parse_toml(toml.read_bytes()), str(toml)) if toml.exists() else Settings()
    starts = tuple(name for name in sorted(files) if name.endswith(".py") and not name.endswith("__init__.py"))
    return Program(f"projects/{folder.name}", files, starts, settings)


@dataclass(frozen=True)
class Start:
    """What one start of a program came to."""

    events: tuple[dict[str, Any], ...]

    @property
    def gets_there(self) -> bool:
        """Whether it got to a server, or put a debugger in front of an app."""
        return any(event["event"] != "raised" for event in self.events)

    @property
    def runs(self) -> int:
        """How often it got to a server."""
        return sum(event["event"] == "run" for event in self.events)

    @property
    def on(self) -> bool:
        """Whether debug mode or a debugger was on."""
        return any(event.get(key) for event in self.events for key in ("debug", "debugger", "evalex"))

    @property
    def raised(self) -> str | None:
        """The type of the exception that ended it."""
        return next((event["type"] for event in self.events if event["event"] == "raised"), None)

    @property
    def missing(self) -> str | None:
        """The module that it imports and that is not there."""
        found = [event["missing"] for event in self.events if event.get("type") == "ModuleNotFoundError"]
        return found[0] if found else None


class Worker:
    """The process that starts programs."""

    def __init__(self, process: subprocess.Popen[str], stack: Stack | None) -> None:
        self.process = process
        self.stack = stack

    def start(self, folder: Path, script: str, **extra: str) -> Start:
        """Start a file in a copy of a folder; the `__main__.py` of a package as `python -m` does."""
        if self.stack:
            STARTS[self.stack] += 1
        with TemporaryDirectory() as copy:
            shutil.copytree(folder, copy, dirs_exist_ok=True)
            return self._start(Path(copy), script, extra)

    def _start(self, folder: Path, script: str, extra: dict[str, str]) -> Start:
        package, _, main = script.rpartition("/")
        as_module = bool(package) and main == "__main__.py"
        request = {
            "folder": str(folder),
            "script": package.replace("/", ".") if as_module else script,
            "as_module": as_module,
            "environment": _environment(folder, extra),
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return Start(tuple(json.loads(self.process.stdout.readline())))


def _environment(folder: Path, extra: dict[str, str]) -> dict[str, str]:
    """Of a program: without python-dotenv there is no file to be afraid of, and `run` asks for FLASK_DEBUG again."""
    variables = environment(folder, **extra)
    if find_spec("dotenv") is None:
        del variables["FLASK_SKIP_DOTENV"]
    return variables


@contextmanager
def worker(folder: Path, stack: Stack | None) -> Iterator[Worker]:
    """A worker with a Flask of its own, or with that of the tests, which ends with the block."""
    command = [stack.python() if stack else sys.executable, str(WORKER)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, env=environment(folder), text=True, stdin=pipe, stdout=pipe) as process:
        yield Worker(process, stack)


_OWN = re.compile(r"^(\w+) is off where it is not set|where (\w+) is not set$")
_WORDS = ("1", "true", "True", "yes", "on")


def requests(findings: list[Finding], program: Program) -> list[dict[str, str]]:
    """Environments of which one must bring the debugger back; none where no variable can.

    A flag that keeps a variable of its own is asked for with what the program took for its default.
    """
    asked: dict[str, str] = {}
    own: dict[str, str] = {}
    for finding in findings:
        for edit in finding.edits:
            if edit.text is not None:
                own.update(_own_variable(finding, edit.span, program))
            elif edit.kind in (EditKind.VALUE, EditKind.CONDITION):
                asked[edit.variable or program.settings.env_var] = "1"
    if not own:
        return [asked] if asked else []
    return [{**asked, **own}, *({**asked, **dict.fromkeys(own, word)} for word in _WORDS)]


def _own_variable(finding: Finding, span: Span, program: Program) -> dict[str, str]:
    """The variable that a default belongs to, and the old default; nothing for the default of a parameter."""
    names = {name for note in finding.notes for found in _OWN.finditer(note) for name in found.groups() if name}
    line = program.files[finding.path].decode().splitlines()[span.line - 1]
    default = ast.literal_eval(line[span.column - 1 : span.end_column - 1])
    return {name: str(default) for name in names if name.isupper()}
