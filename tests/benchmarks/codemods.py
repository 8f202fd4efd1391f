"""deflask against LibCST's own runner and codemodder, on small files that all need a fix."""

from __future__ import annotations

import sys

from tests.accuracy.environment import installed
from tests.benchmarks import made
from tests.benchmarks.clock import Job, alternate
from tests.benchmarks.table import Table, compared
from tests.benchmarks.workshop import Workshop, deflask
from tests.command import ROOT
from tests.pythons import NotInstalledError

_CODEMODDER = "codemodder==6.5.5"
# It has none for `debug=True`, and those that change an argument need Semgrep. This one adds an import and a statement.
_NEAREST = "pixee:python/flask-enable-csrf-protection"
_COUNT = 200


def many(shop: Workshop) -> Table:
    """Small files, written anew before each turn."""
    folder = shop.folder / "many"
    write = made.apps(folder, _COUNT)
    write()
    libcst = ("-m", "libcst.tool", "codemod", "--no-format", "-x", "tests.benchmarks.codemod.DebugFromEnvironment", ".")
    jobs = [
        deflask(folder, "fix", "--isolated", ".", says=f"Fixed {_COUNT} findings", prepare=write),
        Job(
            "python -m libcst.tool codemod (no guard, no proof)",
            (sys.executable, *libcst),
            folder,
            says=f"Transformed {_COUNT} files successfully",
            prepare=write,
            environment={"PYTHONPATH": str(ROOT)},
        ),
    ]
    left_out = []
    try:
        command = (str(installed(_CODEMODDER) / "codemodder"), "--codemod-include", _NEAREST, ".")
        label = f"codemodder {_NEAREST}"
        jobs.append(Job(label, command, folder, says=f"changed: {_COUNT} files", prepare=write))
    except NotInstalledError as error:
        left_out.append(str(error))
    rows = compared(jobs, alternate(jobs, shop.turns))
    return Table("many", f"{_COUNT} small files, all fixed", rows, (), left_out, "to deflask", shop.turns)
