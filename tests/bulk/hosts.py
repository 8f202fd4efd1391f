"""Hosts of their own on this machine: network namespaces, joined by a bridge, that end with the test."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_SHOWN_UP = b"up"


@dataclass(frozen=True)
class Host:
    """A network namespace: the process that keeps it, and its address in the network of all hosts."""

    process: subprocess.Popen[bytes]
    address: str

    @property
    def within(self) -> tuple[str, ...]:
        """What stands before a command that is to run on this host."""
        return "nsenter", "--target", str(self.process.pid), "--net"

    def run(self, *command: str) -> None:
        """Run a command there. Raises subprocess.CalledProcessError, or OSError."""
        subprocess.run([*self.within, *command], check=True, capture_output=True)


@contextmanager
def hosts(count: int) -> Iterator[list[Host]]:
    """So many hosts that reach each other and nothing else. Raises OSError or CalledProcessError where not allowed.

    A namespace lasts as long as a process is in it, and its links as long as the namespace: nothing is to be tidied up.
    """
    made: list[Host] = []
    try:
        for number in range(count):
            made.append(_host(f"10.77.0.{number + 1}"))
        first, *others = made
        first.run("ip", "link", "add", "bridge", "type", "bridge")
        _up(first, "bridge", first.address)
        for number, host in enumerate(others):
            peer = ("peer", "name", "eth0", "netns", str(host.process.pid))
            first.run("ip", "link", "add", f"port{number}", "type", "veth", *peer)
            first.run("ip", "link", "set", f"port{number}", "master", "bridge", "up")
            _up(host, "eth0", host.address)
        yield made
    finally:
        for host in made:
            host.process.kill()
            host.process.communicate()


def _host(address: str) -> Host:
    # It says when it is in its namespace, and stays until its standard input ends, at the latest with this process.
    command = ["unshare", "--net", "sh", "-c", f"echo {_SHOWN_UP.decode()}; read line"]
    keeper = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert keeper.stdout is not None
    if keeper.stdout.readline().strip() != _SHOWN_UP:
        keeper.communicate()
        raise PermissionError("no network namespaces for this user")
    return Host(keeper, address)


def _up(host: Host, link: str, address: str) -> None:
    host.run("ip", "address", "add", f"{address}/24", "dev", link)
    host.run("ip", "link", "set", link, "up")
    host.run("ip", "link", "set", "lo", "up")
