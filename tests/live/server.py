"""Start a real server on the loopback interface, ask it what it gives away, and leave no process behind."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

HOST = "127.0.0.1"
MARKER = "the secret in the traceback"
SECONDS_TO_ANSWER = 30.0
SECONDS_TO_END = 5.0


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    content_type: str
    body: str


@dataclass(frozen=True)
class Client:
    """Asks the server that listens on one port."""

    port: int

    def get(self, path: str) -> Answer:
        # The debugger trusts a request by its Host header, so this says the one that it trusts.
        headers = {"Host": HOST, "Connection": "close"}
        with contextlib.closing(http.client.HTTPConnection(HOST, self.port, timeout=SECONDS_TO_ANSWER)) as connection:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            body = response.read().decode("utf-8", "replace")
            return Answer(response.status, response.headers.get_content_type(), body)

    def answers(self) -> bool:
        try:
            self.get("/")
        except (OSError, http.client.HTTPException):
            return False
        return True


@dataclass(frozen=True)
class Probe:
    """How much of the debugger a server shows to whoever asks."""

    script: bool
    console: bool
    crash_status: int
    crash_evaluates: bool
    crash_names_debugger: bool
    crash_shows_marker: bool

    @classmethod
    def of(cls, client: Client) -> Probe:
        # An application may answer any path with 200, so only the content tells the debugger from a page.
        script = client.get("/?__debugger__=yes&cmd=resource&f=debugger.js")
        crash = client.get("/crash")
        return cls(
            script=script.content_type in ("text/javascript", "application/javascript"),
            console=runs_code(client),
            crash_status=crash.status,
            crash_evaluates="EVALEX = true" in crash.body,
            crash_names_debugger="__debugger__" in crash.body,
            crash_shows_marker=MARKER in crash.body,
        )


def runs_code(client: Client) -> bool:
    """Whether the console gives away its secret and runs a line of Python for whoever knows it."""
    secret = re.search(r'SECRET = "(\w+)"', client.get("/console").body)
    if not secret:
        return False
    asked = {"__debugger__": "yes", "cmd": "print(6 * 7 * 10001)", "frm": "0", "s": secret[1]}
    return "420042" in client.get(f"/console?{urlencode(asked)}").body


# A crash in debug mode reaches the debugger; with debug off Flask answers it first, and /crash alone looks harmless.
OPEN = Probe(True, True, 500, True, True, True)
OPEN_BUT_PLAIN_CRASH = Probe(True, True, 500, False, False, False)
CLOSED = Probe(False, False, 500, False, False, False)


def free_ports(count: int) -> list[int]:
    """Different ports that nothing listens on: all are held until the last one is known."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return [int(each.getsockname()[1]) for each in sockets]


def refuses(port: int) -> bool:
    """Nothing listens on this port."""
    try:
        socket.create_connection((HOST, port), timeout=SECONDS_TO_ANSWER).close()
    except ConnectionRefusedError:
        return True
    return False


def environment(folder: Path, **extra: str) -> dict[str, str]:
    """Built from nothing: a FLASK_* or WERKZEUG_* variable that the tests run with must not reach the server."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    own = {"HOME": str(folder), "FLASK_SKIP_DOTENV": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    # With a PIN the console is there as well, but would not run what the tests send it.
    own["WERKZEUG_DEBUG_PIN"] = "off"
    return {**kept, **own, **extra}


@contextlib.contextmanager
def serving(command: list[str], port: int, folder: Path, **extra: str) -> Iterator[Client]:
    """Run the command in the folder until the block is left; enter it once `/` on the port answers."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(folder, **extra),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            client = Client(port)
            in_time = wait_until(lambda: has_ended(process) or client.answers(), SECONDS_TO_ANSWER)
            if not in_time or has_ended(process):
                log.seek(0)
                raise RuntimeError(f"{command} did not serve on port {port}:\n{log.read().decode('utf-8', 'replace')}")
            yield client
        finally:
            end_group(process)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End the process and all that it started: the reloader's child and a server's workers outlive their parent."""
    os.killpg(process.pid, signal.SIGTERM)
    wait_until(lambda: has_ended(process), SECONDS_TO_END)
    # The leader is not reaped yet, so the group's number cannot belong to anybody else by now.
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Look without reaping."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether the condition came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
