"""Git, by its command line only: every command runs here, in an environment that no repository and no user changes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from deflask.bulk import credentials, disk, failures, signals
from deflask.bulk.model import Limits
from deflask.bulk.reasons import Reason, Stopped
from deflask.bulk.urls import redacted

_FIXED = {
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "HOME": os.devnull,
}
# What leads to the network and to a user's own keys, and where programs and temporary files are.
_PASSED = (
    "PATH TMPDIR SSH_AUTH_SOCK http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY "
    "SSL_CERT_FILE SSL_CERT_DIR GIT_SSL_CAINFO GIT_SSL_CAPATH CURL_CA_BUNDLE"
).split()
_CONFIGURED = (
    "core.hooksPath=/dev/null",
    "core.fsync=none",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "gc.auto=0",
    "maintenance.auto=false",
    "transfer.fsckObjects=true",
    # One pack is less to write than a file for each object.
    "fetch.unpackLimit=1",
    "fastimport.unpackLimit=1",
    "pack.writeReverseIndex=false",
    # A server that says nothing for a minute says nothing any more.
    "http.lowSpeedLimit=1",
    "http.lowSpeedTime=60",
    "credential.helper=",
    "push.gpgSign=false",
)
_ARGUMENTS = ["git", *(argument for setting in _CONFIGURED for argument in ("-c", setting))]
_MOST_SAID = 20_000
"""Bytes that are kept of what a command, or the server behind it, says."""
_LOOK = 0.2
"""Seconds between two looks at the size of what a command writes."""


@dataclass(slots=True)
class Git:
    """Runs git for one repository; what ran and what it said is kept in `log`."""

    limits: Limits
    folder: str
    """Where commands run: without symlinks on the way, and what they write counts."""
    url: str
    protocol: str
    """The only one that git opens."""
    log: list[str] = field(default_factory=list)
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, *arguments: str, stdin: bytes = b"", expected: Sequence[int] = (0,)) -> bytes:
        """What a command writes to standard output. Raises Stopped with the reason for which it failed."""
        code, output, errors = self.attempt(*arguments, stdin=stdin)
        if code not in expected:
            raise Stopped(self.reason(errors), failures.words(errors) or f"git {arguments[0]} ended with {code}")
        return output

    def attempt(self, *arguments: str, stdin: bytes = b"") -> tuple[int, bytes, str]:
        """The exit code, standard output and standard error of a command. Raises Stopped where a limit is reached."""
        process = self.start(*arguments)
        try:
            output, errors = self._finished(process, stdin)
        finally:
            self.end(process)
        text = self._said(errors[:_MOST_SAID].decode("utf-8", "backslashreplace"))
        self.log.append(f"exit {process.returncode}\n{text}" if text else f"exit {process.returncode}")
        return process.returncode, output, text

    def reason(self, errors: str) -> Reason:
        """Why a command failed, by what it wrote to standard error."""
        reason = failures.reason(errors)
        if reason is Reason.GIT_FAILED and disk.is_full(self.folder):
            # Git does not always say why it could not write.
            return Reason.DISK_FULL
        # Git asks again where the token that it was given is refused.
        refused = reason is Reason.CREDENTIALS_NEEDED and credentials.for_url(self.url, os.environ)
        return Reason.CREDENTIALS_REFUSED if refused else reason

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A command that goes on: with pipes, in a process group of its own, which the caller ends by `end`."""
        self.log.append(self._said("$ git " + " ".join(arguments)))
        environment = {name: os.environ[name] for name in _PASSED if name in os.environ} | _FIXED
        environment["GIT_ALLOW_PROTOCOL"] = self.protocol
        # A repository in which the campaign's folder stands is none of ours.
        environment["GIT_CEILING_DIRECTORIES"] = os.path.dirname(self.folder)
        environment |= credentials.for_url(self.url, os.environ)
        with signals.held():
            process = subprocess.Popen(
                [*_ARGUMENTS, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self.folder,
                env=environment,
                # The lock of the campaign is inherited: whoever is killed, nobody pushes without it.
                close_fds=False,
                start_new_session=True,
            )
            self._running.append(process)
        return process

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """End a command, if it has not ended, with all that it has started and left behind."""
        if process in self._running:
            _stop(process)
            self._running.remove(process)

    def close(self) -> None:
        """End all commands."""
        for process in list(self._running):
            self.end(process)

    def _finished(self, process: subprocess.Popen[bytes], stdin: bytes) -> tuple[bytes, bytes]:
        deadline = time.monotonic() + self.limits.seconds
        given: bytes | None = stdin
        while True:
            try:
                return process.communicate(given, timeout=_LOOK)
            except subprocess.TimeoutExpired:
                given = None
            if time.monotonic() > deadline:
                raise Stopped(Reason.TIMEOUT, f"more than {self.limits.seconds:g} seconds")
            self.check_size()

    def check_size(self) -> None:
        """Raises Stopped where the folder holds more than it may."""
        if disk.size(self.folder) > self.limits.size:
            raise Stopped(Reason.TOO_LARGE, f"more than {self.limits.size} bytes")

    def _said(self, text: str) -> str:
        """A text for the log, without secrets."""
        for secret in credentials.secrets(os.environ):
            text = text.replace(secret, "***")
        return redacted(text)


def _stop(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
