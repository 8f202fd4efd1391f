"""How long deflask takes with one file, against the least that its work takes in Python."""

from __future__ import annotations

from functools import partial

from tests.benchmarks import made
from tests.benchmarks.clock import alternate
from tests.benchmarks.table import Row, Table, compared, difference, ratio
from tests.benchmarks.workshop import Workshop, deflask, python
from tests.command import APP

_MORE_TO_START = 30.0
_MORE_TO_FIX = 100.0
_TIMES_PARSING = 3.0
_LINES = 100_000
_SHORT = 4
"""A short command takes that many times the turns: it is over soon, and chance weighs more."""


def start(shop: Workshop) -> Table:
    """One clean app, a file that need not be parsed, and no file at all."""
    folder = shop.write("start/app.py", made.CLEAN).parent
    shop.write("start/plain.py", "print('hello')\n")
    least = python(folder, "import ast, click")
    commands = (("check", "app.py"), ("check", "plain.py"), ("--version",))
    jobs = [*(deflask(folder, *command) for command in commands), least]
    *taken, base = alternate(jobs, shop.turns * _SHORT)
    targets = [
        difference(f"{job.label} over {least.label}", each, base, _MORE_TO_START)
        for job, each in zip(jobs[:-1], taken, strict=True)
    ]
    rows = [
        Row(job.label, each, f"{(each.seconds - base.seconds) * 1e3:+.0f} ms")
        for job, each in zip(jobs, [*taken, base], strict=True)
    ]
    return Table("start", "one clean app", rows, targets, (), "to Python", shop.turns * _SHORT)


def fix(shop: Workshop) -> Table:
    """One small file that is fixed, and put back before each turn."""
    path = shop.write("fix/app.py", APP.decode())
    job = deflask(path.parent, "fix", "app.py", says="Fixed 1 finding", prepare=partial(path.write_bytes, APP))
    jobs = [job, python(path.parent, "import libcst")]
    taken = alternate(jobs, shop.turns * _SHORT)
    target = difference(f"{job.label} over {jobs[1].label}", taken[0], taken[1], _MORE_TO_FIX)
    return Table("fix", "one small file", compared(jobs, taken), [target], (), "to deflask", shop.turns * _SHORT)


def long(shop: Workshop) -> Table:
    """One long file with one finding."""
    text = made.lines(_LINES)
    folder = shop.write("long/app.py", text).parent
    jobs = [
        deflask(folder, "diff", "app.py", codes=(1,), says="1 would be fixed"),
        python(folder, "import ast; ast.parse(open('app.py').read())"),
    ]
    taken = alternate(jobs, shop.turns)
    target = ratio("deflask diff takes as long as ast.parse, times", taken[0], taken[1], _TIMES_PARSING)
    title = f"{text.count(chr(10)):,} lines, one finding"
    return Table("long", title, compared(jobs, taken), [target], (), "to deflask", shop.turns)
