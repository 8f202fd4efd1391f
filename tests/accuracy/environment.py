"""Other scanners, each in an environment of its own: what they depend on is not what deflask depends on."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

from tests.cases import FIXTURES

CACHE = FIXTURES.parent / ".cache" / "accuracy"
BANDIT = "bandit==1.9.4"
SEMGREP = "semgrep==1.185.0"


class NotInstalledError(Exception):
    """pip could not get a scanner."""


def installed(requirement: str) -> Path:
    """The folder of the scanner's programs; it is made once, by pip."""
    name = requirement.partition("==")[0]
    environment = CACHE / requirement.replace("==", "-")
    programs = environment / ("Scripts" if sys.platform == "win32" else "bin")
    complete = environment / "complete"
    if complete.exists():
        return programs
    venv.create(environment, clear=True, with_pip=True)
    pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    done = subprocess.run([*pip, requirement], capture_output=True, text=True, timeout=900)
    if done.returncode:
        reason = " ".join(done.stderr.splitlines()[-1:]) or "pip gave no reason"
        raise NotInstalledError(f"{name} is left out, because pip could not install it: {reason}")
    complete.touch()
    return programs
