"""Run the core tests on every other Python that deflask supports and this machine has: `python -m tests.versions`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests import pythons

ROOT = Path(__file__).parents[1]
SUPPORTED = ("3.10", "3.11", "3.12", "3.13")
CORE = [
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests").glob("test_*.py")),
    "tests/bulk/test_campaign.py",
]
"""Everything that reads, judges and rewrites, the command line, and the journal: what depends on the Python."""


def run(version: str) -> str:
    """What came of the tests on one Python, in a fresh environment."""
    python = pythons.find(version)
    if python is None:
        return "not installed here"
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="deflask-versions-") as folder:
        try:
            programs = pythons.make(Path(folder), python, ["-e", f"{ROOT}[test]"])
        except pythons.NotInstalledError as error:
            return f"failed: {error}"
        env = {**os.environ, "PATH": os.pathsep.join([str(programs), os.environ.get("PATH", "")])}
        command = [str(programs / "python"), "-m", "pytest", "--quiet", "--no-cov", "-p", "no:cacheprovider", *CORE]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    lines = done.stdout.splitlines() or [f"failed: {done.stderr}"]
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
        return f"failed: {lines[-1]}"
    return f"{lines[-1].partition(' in ')[0]} in {time.monotonic() - began:.0f} s"


def main() -> None:
    """Exits with 1 if a test failed on any of them; a Python that is not there is no failure."""
    others = [version for version in SUPPORTED if version != pythons.VERSION]
    print(f"core tests besides Python {pythons.VERSION}, which runs everything:")
    outcomes = []
    for version in others:
        outcomes.append(run(version))
        print(f"  Python {version}: {outcomes[-1]}", flush=True)
    if any(outcome.startswith("failed") for outcome in outcomes):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
