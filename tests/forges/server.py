"""One server on the loopback interface for a fake forge: paths with `.git` go to git, the others to its API."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.forges import git
from tests.forges.state import Forge, Response
from tests.live.server import HOST

Api = Callable[[Forge, str, str, dict[str, str], Any, str | None], Response]
"""Forge, method, path, query, body and who asks, to what is answered."""


class Server(ThreadingHTTPServer):
    """Holds the forge that answers now: tests share the port, and with it the judge, but nothing else."""

    daemon_threads = True
    forge: Forge

    def __init__(self, api: Api) -> None:
        super().__init__((HOST, 0), Handler)
        self.api = api
        self.one_at_a_time = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 30
    # An answer leaves in one piece: in two, the second would wait for the client's acknowledgement of the first.
    wbufsize = -1

    def log_message(self, format: str, *arguments: object) -> None:
        """What the tests want to know they ask the forge."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        with self.server.one_at_a_time:
            forge = self.server.forge
            if ".git/" in parts.path:
                self._git(forge, parts.path, parts.query, body)
            else:
                self._api(forge, parts.path, parts.query, body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

    def _git(self, forge: Forge, path: str, query: str, body: bytes) -> None:
        may = forge.may_push(path, dict(self.headers)) if "git-receive-pack" in path + query else True
        if may:
            answered = git.backend(forge.root, self.command, path, query, dict(self.headers), body)
            self._send(answered.status, dict(answered.headers), answered.body)
        else:
            self._send(401 if may is None else 403, {"WWW-Authenticate": 'Basic realm="git"'}, b"")

    def _api(self, forge: Forge, path: str, query: str, body: bytes) -> None:
        forge.requests.append((self.command, path))
        token = self.headers.get("Authorization", "").partition(" ")[2]
        asked = {key: values[0] for key, values in parse_qs(query).items()}
        content = json.loads(body) if body else None
        response = self.server.api(forge, self.command, path, asked, content, forge.people.get(token))
        if forge.lost_answers and self.command != "GET" and response.status < 300:
            forge.lost_answers -= 1
            response = Response(502, {"message": "Bad Gateway"})
        data = b"" if response.body is None else json.dumps(response.body).encode()
        self._send(response.status, {"Content-Type": "application/json; charset=utf-8", **response.headers}, data)

    def _send(self, status: int, headers: dict[str, str], data: bytes) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextlib.contextmanager
def serving(api: Api) -> Iterator[Server]:
    """Serve until the block is left."""
    with Server(api) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def segments(path: str) -> list[str]:
    """The parts of a path, decoded after it is split: a slash in a name is escaped."""
    return [unquote(part) for part in path.strip("/").split("/")]
