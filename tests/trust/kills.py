"""Kills, stops and interrupts `deflask fix` at every step of a write: `python -m tests.trust.kills` prints how often.

A step is the moment before each call that can reach the operating system, which is the moment after the one before it,
from the beginning of the last write, the only one that finds a leftover, to its end; with `--all`, each call and each
return of any function in any write. Every run is a process of its own, forked from this one.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from deflask.cli import main
from deflask.files.write import write
from tests.command import APP, FIXED, tree

FILES = {"app.py": APP, "shop/app.py": APP + b"# shop\n"}
AFTER = {"app.py": FIXED, "shop/app.py": FIXED + b"# shop\n"}
# What an earlier run has left that was killed as well.
LEFTOVER = {"shop/.deflask-0123456789abcdef.tmp": FIXED[:40]}
# Where there is one, a disk in memory: `fsync` takes its time on others.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
SYSTEM = {"posix", "fcntl", "_io"}
"""The modules through which the operating system is reached."""


@dataclass
class Steps:
    """Counts the steps of all writes, and sends this process a signal at one of them."""

    at: int
    signal: signal.Signals
    all: bool
    count: int = 0
    writes: int = 0
    inside: bool = False

    def __call__(self, frame: FrameType, event: str, called: Any) -> None:
        """Take what `sys.setprofile` tells."""
        ours = frame.f_code is write.__code__
        if ours and event == "call":
            self.writes += 1
            self.inside = self.all or self.writes == len(FILES)
        if not self.inside:
            return
        if self.all or (event == "c_call" and _module(called) in SYSTEM):
            self.count += 1
            if self.count == self.at:
                os.kill(os.getpid(), self.signal)
        if ours and event == "return":
            self.inside = False


def _module(called: Any) -> str | None:
    """Where a function comes from that is written in C; of a method, where its class does."""
    return getattr(called, "__module__", None) or type(getattr(called, "__self__", None)).__module__


def started(folder: Path, steps: Steps | None = None, output: str = os.devnull) -> int:
    """Run `deflask fix` in a folder, with a signal at one of the steps; the process."""
    pid = os.fork()
    if pid:
        return pid
    os.chdir(folder)
    # Whoever is started in the background has the signal ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    said = os.open(output, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    for descriptor in (0, 1, 2):
        os.dup2(said, descriptor)
    sys.argv = ["deflask", "fix", "--isolated"]
    code = 99
    sys.setprofile(steps)
    try:
        main()
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    finally:
        sys.setprofile(None)
        os._exit(code)


def ended(pid: int) -> int:
    """The exit code of a process, negative if a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def trees() -> Iterator[Path]:
    """Fresh folders of files to be fixed, one after the other."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as base:
        while True:
            folder = Path(base) / "program"
            tree(folder, {**FILES, **LEFTOVER})
            yield folder
            shutil.rmtree(folder)


def state(folder: Path) -> dict[str, bytes]:
    """All files of a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def killed(everywhere: bool = False) -> int:
    """Kill at each step, then run again: each file is the old or the new one, in the end all are new and alone."""
    for at, folder in enumerate(trees(), 1):
        code = ended(started(folder, Steps(at, signal.SIGKILL, everywhere)))
        seen = state(folder)
        for name, old in FILES.items():
            assert seen[name] in (old, AFTER[name]), f"step {at}: {name} is a mixture: {seen[name]!r}"
        assert ended(started(folder)) == 0
        assert state(folder) == AFTER, f"step {at}: {sorted(state(folder))}"
        if code == 0:
            return at - 1
        assert code == -signal.SIGKILL, code
    raise AssertionError("there is always another folder")


def stopped(everywhere: bool = False) -> int:
    """Stop at each step, let another run do all of it, and go on: the two do not harm each other."""
    said = Path(tempfile.mkdtemp(dir=MEMORY)) / "said"
    for at, folder in enumerate(trees(), 1):
        pid = started(folder, Steps(at, signal.SIGSTOP, everywhere), str(said))
        _, status = os.waitpid(pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            assert state(folder) == AFTER
            shutil.rmtree(said.parent)
            return at - 1
        try:
            assert ended(started(folder)) == 0, f"step {at}: the other run failed"
            seen = state(folder)
            assert {name: seen[name] for name in AFTER} == AFTER, f"step {at}"
        finally:
            os.kill(pid, signal.SIGCONT)
            code = ended(pid)
        # Whoever finds the file changed says so; nobody has its own file taken away.
        errors = [line for line in said.read_text().splitlines() if line.startswith("error: ")]
        changed = ["error: shop/app.py: the file changed while it was being fixed"] if code == 2 else []
        assert code in (0, 2), f"step {at}: {code}"
        assert errors == changed or everywhere, f"step {at}: {errors}"
        assert state(folder) == AFTER, f"step {at}: {sorted(state(folder))}"
    raise AssertionError("there is always another folder")


def interrupted(everywhere: bool = False) -> int:
    """Press Ctrl-C at each step: one line says so, and the summary is what the disk shows."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as base:
        said = Path(base) / "said"
        for at, folder in enumerate(trees(), 1):
            code = ended(started(folder, Steps(at, signal.SIGINT, everywhere), str(said)))
            seen = state(folder)
            for name, old in FILES.items():
                assert seen[name] in (old, AFTER[name]), f"step {at}: {name} is a mixture: {seen[name]!r}"
            new = sum(seen[name] == AFTER[name] for name in AFTER)
            *findings, summary = said.read_text().splitlines()
            if code == 0:
                return at - 1
            assert code == 130, f"step {at}: {code}: {said.read_text()}"
            assert summary == "error: interrupted", f"step {at}: {said.read_text()}"
            assert sum("DF101 [fixed]" in line for line in findings) == new, f"step {at}: {said.read_text()}"
            assert findings[-1].startswith(f"Fixed {new} finding"), f"step {at}: {said.read_text()}"
            assert ended(started(folder)) == 0
            assert state(folder) == AFTER, f"step {at}: {sorted(state(folder))}"
    raise AssertionError("there is always another folder")


def warm_up() -> None:
    """Import here what the runs need."""
    import deflask.rewrite.fix

    assert deflask.rewrite.fix
    for folder in trees():
        here = os.getcwd()
        os.chdir(folder)
        with suppress(SystemExit):
            sys.argv = ["deflask", "check", "--isolated", "--quiet", "--exit-zero", "--output-file", os.devnull]
            main()
        os.chdir(here)
        return


def counts(everywhere: bool) -> list[str]:
    """Do all of it, and say how often."""
    warm_up()
    return [
        f"{killed(everywhere)} kills, 0 mixtures, 0 leftovers after the next run",
        f"{stopped(everywhere)} stops with another run in between, 0 mixtures, 0 leftovers",
        f"{interrupted(everywhere)} interrupts, 0 mixtures, 0 wrong summaries, 0 leftovers after the next run",
    ]


if __name__ == "__main__":
    print(*counts("--all" in sys.argv), sep="\n")
