"""A cluster on several hosts: scheduler, workers and repositories, each in a network of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.bulk.clusters import PATIENCE, needs_dask, started, until
from tests.bulk.hosts import Host, hosts
from tests.bulk.tools import head, several
from tests.command import ROOT, deflask

pytestmark = needs_dask


@pytest.fixture
def network() -> Iterator[list[Host]]:
    """Four hosts: the campaign's, that of the repositories, and two that work."""
    with ExitStack() as stack:
        try:
            made = stack.enter_context(hosts(4))
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"no network namespaces here: {error}")
        yield made


def test_each_on_a_host_of_its_own(network: list[Host], tmp_path: Path) -> None:
    """What is planned and pushed by workers that reach nothing but the network is what this machine does alone."""
    here, served, *working = network
    for name in ("alone", "served"):
        several(tmp_path / name, 6)
    with ExitStack() as stack:
        daemon = ["daemon", f"--base-path={tmp_path}", f"--listen={served.address}", "--export-all"]
        git = [*served.within, "git", *daemon, "--enable=receive-pack", "--reuseaddr"]
        serving = stack.enter_context(subprocess.Popen(git, stderr=subprocess.DEVNULL))
        stack.callback(serving.kill)
        scheduler = ("scheduler", "--host", here.address, "--port", "8786", "--no-dashboard")
        stack.enter_context(started(tmp_path, *scheduler, within=here.within))
        address = f"tcp://{here.address}:8786"
        until(lambda: answers(here, f"git://{served.address}/served/app0.git"))
        for host in working:
            worker = ("worker", address, "--host", host.address, "--nthreads", "1", "--no-dashboard", "--no-nanny")
            stack.enter_context(started(tmp_path, *worker, "--local-directory", str(tmp_path), within=host.within))
        urls = [f"git://{served.address}/served/app{n}.git" for n in range(6)]
        engine = ("--engine", "dask", "--scheduler", address)
        run(here, tmp_path, "plan", *urls, *engine)
        run(here, tmp_path, "review", "--approve-all")
        run(here, tmp_path, "apply", *engine)
    alone = ("--campaign", "c2", "--name", "c")
    for command in (("plan", "--dir", "alone", *alone), ("review", "--approve-all", *alone[:2]), ("apply", *alone[:2])):
        assert deflask(tmp_path, "bulk", *command).code == 0
    commits = [head(tmp_path / "served" / f"app{n}.git") for n in range(6)]
    assert commits == [head(tmp_path / "alone" / f"app{n}.git") for n in range(6)]
    assert [bool(commit) for commit in commits] == [True, False, False] * 2


def answers(host: Host, url: str) -> bool:
    done = subprocess.run([*host.within, "git", "ls-remote", url], check=False, capture_output=True)
    return done.returncode == 0


def run(host: Host, folder: Path, command: str, *arguments: str) -> None:
    """A command of the campaign, on a host."""
    deflask = [*host.within, sys.executable, "-m", "deflask", "bulk", command, "--campaign", "c", *arguments]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(deflask, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
