"""Runs that are handed to what calls them later: which call, which flag, which expression decides it."""

from __future__ import annotations

import ast

import pytest

from deflask.detect.flags import indirect, is_public
from deflask.detect.module import Module
from deflask.files.source import parse

PREAMBLE = """
import _thread, asyncio, atexit, functools, multiprocessing, threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Process
from threading import Thread
from flask import Flask
from flask_socketio import SocketIO
from werkzeug.serving import run_simple
site = Flask(__name__)
sockets = SocketIO(site)
options = {}
options["debug"] = True
start = site.run
"""


def found(line: str) -> list[tuple[str, str]]:
    """The flags that are given, with the expressions that decide them."""
    module = Module(parse((PREAMBLE + line).encode(), "run.py"))
    return [(flag.entry.flag, ast.unparse(flag.value)) for flag in indirect(module) if flag.value is not None]


@pytest.mark.parametrize(
    "line",
    [
        'Thread(target=site.run, kwargs={"debug": True})',
        "Thread(target=site.run, kwargs=dict(port=80, debug=True))",
        'Thread(target=site.run, args=("127.0.0.1", 80, True))',
        'Thread(None, site.run, "web", (), {"debug": True})',
        "Thread(target=site.run, kwargs=options)",
        "Thread(target=start, kwargs=options)",
        'Thread(target=Flask.run, args=(site,), kwargs={"debug": True})',
        'Thread(target=sockets.run, args=(site,), kwargs={"debug": True})',
        "Process(target=site.run, args=[None, None, True])",
        'multiprocessing.get_context("spawn").Process(target=site.run, kwargs={"debug": True})',
        'threading.Timer(1, site.run, kwargs={"debug": True})',
        "threading.Timer(1, site.run, [None, None, True])",
        "functools.partial(site.run, debug=True)",
        "functools.partial(site.run, None, None, True)",
        "Thread(target=functools.partial(site.run, debug=True))",
        "ThreadPoolExecutor().submit(site.run, debug=True)",
        "asyncio.get_event_loop().run_in_executor(None, functools.partial(site.run, debug=True))",
        "asyncio.get_event_loop().run_in_executor(None, site.run, None, None, True)",
        "asyncio.to_thread(site.run, debug=True)",
        "atexit.register(site.run, debug=True)",
        '_thread.start_new_thread(site.run, (), {"debug": True})',
        'multiprocessing.Pool().apply_async(site.run, (), {"debug": True})',
    ],
)
def test_runs_that_are_handed_on(line: str) -> None:
    assert found(line) == [("debug", "True")]


@pytest.mark.parametrize(
    "line",
    [
        "Thread(target=site.run)",
        "Thread(target=lambda: site.run(debug=True))",
        'Thread(target=print, kwargs={"debug": True})',
        "Thread(site.run, debug=True)",
        "register(site.run, debug=True)",
        "site.run(debug=True)",
        'Thread(target=asyncio.run, kwargs={"debug": True})',
    ],
)
def test_what_is_no_run_that_is_handed_on(line: str) -> None:
    assert found(line) == []


def test_other_entry_points() -> None:
    assert found('Thread(target=run_simple, args=("localhost", 80, site, False, True))') == [("use_debugger", "True")]
    assert found('Thread(target=site.run, kwargs={"use_debugger": True})') == [("use_debugger", "True")]


def test_what_the_flags_say() -> None:
    public = 'Thread(target=site.run, kwargs={"host": "0.0.0.0", "debug": True})\n'
    unresolved = "from web import app\nThread(target=app.run, kwargs=options)\n"
    module = Module(parse((PREAMBLE + public + unresolved).encode(), "run.py"))
    first, second = (flag for flag in indirect(module) if flag.value is not None)
    assert (first.entry.rule, first.entry.serves) == ("DF110", False)
    assert (first.proved, is_public(first, module)) == (True, True)
    assert (second.proved, is_public(second, module)) == (False, False)
