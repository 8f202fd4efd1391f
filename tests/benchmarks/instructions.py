"""`python -m tests.benchmarks.instructions`: the instructions of two fixed jobs, whatever else the machine does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks.clock import BenchmarkError, program
from tests.benchmarks.made import CLEAN
from tests.command import APP, ROOT

JOBS = {"check of one clean file": ("check", "clean.py"), "diff of one small file": ("diff", "app.py")}
BOUNDS = {"check of one clean file": 3.3, "diff of one small file": 8.2}
"""How many times as many instructions as `import ast, click` each took when it was last looked at."""
TOLERANCE = 1.15
_COLLECTED = re.compile(r"Collected : (\d+)")
_TIMEOUT = 300


def why_not() -> str | None:
    """Why nothing can be counted here, if that is so."""
    return None if shutil.which("valgrind") else "valgrind is not installed here"


def ratios() -> dict[str, float]:
    """How many times as many instructions as `python -c "import ast, click"` each job takes.

    The count differs from one build of Python to another, the ratio much less.
    """
    with tempfile.TemporaryDirectory(prefix="deflask-instructions-") as name:
        folder = Path(name)
        (folder / "clean.py").write_text(CLEAN, encoding="utf-8")
        (folder / "app.py").write_bytes(APP)
        least = _count((sys.executable, "-c", "import ast, click"), folder)
        return {job: _count((program("deflask"), *command), folder) / least for job, command in JOBS.items()}


def _count(command: Sequence[str], folder: Path) -> int:
    # The first run leaves the bytecode of what it imports: to compile it is no part of the job.
    subprocess.run(command, cwd=folder, env=_environment(), capture_output=True, check=False, timeout=_TIMEOUT)
    valgrind = ("valgrind", "--tool=callgrind", f"--callgrind-out-file={os.devnull}")
    counted = subprocess.run(
        (*valgrind, *command),
        cwd=folder,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT,
    )
    said = _COLLECTED.search(counted.stderr)
    if counted.returncode not in (0, 1) or not said:
        raise BenchmarkError(f"{' '.join(command)} was not counted:\n{counted.stderr[-2000:]}")
    return int(said[1])


def _environment() -> Mapping[str, str]:
    """Nothing of the user's: what varies from one run to the next would be counted."""
    fixed = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **fixed}


def main() -> None:
    """Count and print."""
    if reason := why_not():
        raise SystemExit(f"nothing is counted: {reason}")
    print(f"{'times the instructions of import ast, click':46}{'now':>8}{'bound':>8}")
    for job, now in ratios().items():
        print(f"{job:46}{now:>8.2f}{BOUNDS[job] * TOLERANCE:>8.2f}")


if __name__ == "__main__":
    main()
