"""Starts programs, each in a fork of this process, and tells what servers and debuggers they asked for.

A request is a line of JSON on standard input: `folder`, `script` (a path in it, or a package where `as_module`) and
`environment`. The answer is a line of JSON on standard output: the events, in order.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import flask  # noqa: F401  what every program needs is imported once
import waitress  # type: ignore[import-untyped]
import werkzeug
import werkzeug.debug
import werkzeug.serving

STUBS = str(Path(__file__).parent / "stubs")
MOST_RUNS = 20
"""A program that starts its server again and again is ended then."""
SECONDS = 10


class Recorder:
    """Writes events to a pipe as they happen, so that they are kept however the program ends."""

    def __init__(self, pipe: int) -> None:
        self.pipe = pipe
        self.runs = 0

    def write(self, **event: Any) -> None:
        os.write(self.pipe, json.dumps(event).encode() + b"\n")

    def run_simple(
        self,
        hostname: str,
        port: int,
        application: Any,
        use_reloader: Any = False,
        use_debugger: Any = False,
        **options: Any,
    ) -> None:
        """Stands for Werkzeug's, and returns at once."""
        debug = bool(getattr(application, "debug", False))
        self.write(event="run", debug=debug, debugger=bool(use_debugger), reloader=bool(use_reloader))
        self.runs += 1
        if self.runs == MOST_RUNS:
            os._exit(0)

    def watch(self) -> None:
        """Take the place of what would serve, and watch what would wrap."""
        recorder = self

        class Watched(werkzeug.debug.DebuggedApplication):
            def __init__(self, app: Any, evalex: bool = False, *args: Any, **options: Any) -> None:
                recorder.write(event="wrap", evalex=bool(evalex))
                super().__init__(app, evalex, *args, **options)

        waitress.serve = lambda *args, **options: None
        werkzeug.serving.run_simple = werkzeug.run_simple = self.run_simple  # type: ignore[assignment]
        werkzeug.debug.DebuggedApplication = Watched  # type: ignore[misc]


def program(request: dict[str, Any], recorder: Recorder) -> None:
    """Be the program that was asked for."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    script = os.path.join(request["folder"], request["script"])
    own = request["folder"] if request["as_module"] else os.path.dirname(script)
    sys.path[:] = [own, STUBS, *sys.path[1:]]
    sys.argv = [script]
    recorder.watch()
    try:
        if request["as_module"]:
            runpy.run_module(request["script"], run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(script, run_name="__main__")
        # A server in the background is given time to be asked for, also where the program would not wait for it.
        for thread in threading.enumerate():
            if thread is not threading.current_thread():
                thread.join(SECONDS / 2)
    except BaseException as error:
        recorder.write(event="raised", type=type(error).__name__, missing=getattr(error, "name", None))


def start(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Start a program and wait for it and all that it forked."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        signal.alarm(SECONDS)
        program(request, Recorder(writing))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        events = [json.loads(line) for line in pipe]
    _, status = os.waitpid(child, 0)
    if status:
        events.append({"event": "raised", "type": f"ended with {status}", "missing": None})
    return events


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(start(json.loads(line))), flush=True)
