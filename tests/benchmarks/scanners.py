"""deflask against scanners on a tree, and how much memory it needs there."""

from __future__ import annotations

from tests.benchmarks import workshop
from tests.benchmarks.clock import alternate
from tests.benchmarks.table import Row, Table, Target, compared, ratio
from tests.benchmarks.workshop import Workshop
from tests.pythons import NotInstalledError

_TIMES_RUFF = 3.0
_TIMES_RIPGREP = 4.0
_TIMES_MEMORY = 1.25


def tree(shop: Workshop) -> Table:
    """The whole tree: deflask, Ruff, a loop in Python, ripgrep."""
    rg = workshop.ripgrep(shop.tree)
    jobs = [workshop.check(shop.tree), workshop.ruff(shop.tree), workshop.loop(shop.tree), *([rg] if rg else [])]
    taken = alternate(jobs, shop.turns)
    targets = [ratio("ruff takes as long as deflask, times", taken[1], taken[0], _TIMES_RUFF, least=True)]
    if rg:
        targets.append(ratio("deflask takes as long as rg, times", taken[0], taken[3], _TIMES_RIPGREP))
    left_out = [] if rg else ["rg, because ripgrep is not installed here"]
    return Table("tree", str(shop.tree), compared(jobs, taken), targets, left_out, "to deflask", shop.turns)


def part(shop: Workshop) -> Table:
    """One wheel: deflask and Bandit."""
    jobs = [workshop.check(shop.part)]
    left_out = []
    try:
        jobs.append(workshop.bandit(shop.part))
    except NotInstalledError as error:
        left_out.append(str(error))
    rows = compared(jobs, alternate(jobs, shop.turns))
    return Table("part", f"{workshop.PART}, {shop.part}", rows, (), left_out, "to deflask", shop.turns)


def memory(shop: Workshop) -> Table:
    """The memory of deflask's largest process on a tenth of the tree and on the whole."""
    trees = (shop.tenth, shop.tree)
    small, large = alternate([workshop.check(each) for each in trees], shop.turns)
    rows = [
        Row(f"deflask check, {each}", taken, f"{taken.memory / small.memory:.2f}x")
        for each, taken in zip(trees, (small, large), strict=True)
    ]
    target = Target("memory of the whole to that of a tenth", large.memory / small.memory, None, _TIMES_MEMORY)
    return Table("memory", "of the largest process", rows, [target], (), "MB to tenth", shop.turns)
