"""Runs deflask as its users do, and says what came of it."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import pytest

from deflask.cli import main

ROOT = Path(__file__).parent.parent
APP = b"from flask import Flask\n\napp = Flask(__name__)\n\napp.run(debug=True)\n"
FIXED = (
    b'import os\n\nfrom flask import Flask\n\napp = Flask(__name__)\n\nif __name__ == "__main__":\n'
    b'    app.run(debug=os.environ.get("FLASK_DEBUG") == "1")\n'
)
# What `app` is cannot be told from here, so the fix is unsafe.
UNSAFE = b'import flask; from shop import app\n\nif __name__ == "__main__":\n    app.run(debug=True)\n'
CLEAN = b"from flask import Flask\n\napp = Flask(__name__)\n"
BROKEN = b"from flask import Flask\n\napp = Flask(__name__\napp.run(debug=True)\n"


@dataclass(frozen=True)
class Done:
    """A finished run: its exit code and what it wrote."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.out.decode()

    @property
    def errors(self) -> list[str]:
        """The lines that report an error."""
        return [line for line in self.err.splitlines() if line.startswith("error: ")]

    @property
    def places(self) -> list[str]:
        """`path:line` of each finding in the concise format."""
        return [":".join(line.split(":")[:2]) for line in self.text.splitlines()]


def deflask(
    folder: Path,
    *arguments: str | Path,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
    terminal: str | None = None,
) -> Done:
    """Run the command line in this process, in `folder`; `terminal` is `stdout` or `stderr`, if one of them is one."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        screen = stack.enter_context(_Screen.open()) if terminal else None
        streams = {"stdout": _stream(), "stderr": _stream()}
        patch.chdir(folder)
        patch.delenv("NO_COLOR", raising=False)
        for name, value in (env or {}).items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["deflask", *map(str, arguments)])
        patch.setattr(sys, "stdin", _stream(stdin))
        for name, stream in streams.items():
            patch.setattr(sys, name, screen.stream if screen and name == terminal else stream)
        code = _exit_code()
        written = {name: _written(stream) for name, stream in streams.items()}
        if screen and terminal:
            written[terminal] = screen.text()
    return Done(code, written["stdout"], written["stderr"].decode())


def _exit_code() -> int:
    try:
        main()
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    return 0


def _stream(data: bytes = b"") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", errors="backslashreplace", newline="\n")


def _written(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    stream.seek(0)
    return bytes(stream.buffer.read())


@dataclass
class _Screen:
    """A real terminal: what is written to `stream` can be read when the run is over."""

    stream: TextIO
    reader: int

    @classmethod
    @contextmanager
    def open(cls) -> Iterator[_Screen]:
        reader, writer = pty.openpty()
        try:
            with os.fdopen(writer, "w", encoding="utf-8") as stream:
                yield cls(stream, reader)
        finally:
            os.close(reader)

    def text(self) -> bytes:
        self.stream.flush()
        os.set_blocking(self.reader, False)
        read = b""
        try:
            while data := os.read(self.reader, 65536):
                read += data
        except BlockingIOError:
            pass
        return read


def process(folder: Path, *arguments: str | Path, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Done:
    """Run `python -m deflask` as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "deflask", *map(str, arguments)],
        cwd=folder,
        input=stdin,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        capture_output=True,
        check=False,
        timeout=120,
    )
    return Done(done.returncode, done.stdout, done.stderr.decode())


def tree(folder: Path, files: Mapping[str, bytes | str]) -> None:
    """Write files, with the folders they stand in."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Run git, whatever its user has configured."""
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", *arguments], cwd=folder, input=stdin, env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
