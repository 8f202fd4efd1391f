"""What star imports make of the names of a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deflask.detect.names import TRIES, joined
from deflask.detect.values.answer import Answer, unknown

if TYPE_CHECKING:
    from deflask.detect.values.evaluate import Evaluator


def starred(home: Evaluator, name: str) -> Answer:
    """What a name holds that this module does not bind, but may have from a star import."""
    # The last one counts.
    for module in reversed(home.names.index.stars):
        exporter = home.names.exporter(joined(module, name))
        if exporter is not None:
            return home.at(exporter).exported(name)
    return unknown()


def overruled(home: Evaluator, name: str, lines: list[int]) -> Answer | None:
    """What a star import below some lines makes of a name of this module; None where none does."""
    index = home.names.index
    for module, line in reversed(list(zip(index.stars, index.star_lines, strict=True))):
        if line <= max(lines, default=0):
            continue
        exporter = home.names.exporter(joined(module, name))
        if exporter is not None:
            return home.at(exporter).exported(name)
        if home.names.other_module(module) is None and not _is_tried(home, line):
            return unknown(configured=True)
    return None


def _is_tried(home: Evaluator, line: int) -> bool:
    """Whether what stands on a line may fail: files are as committed, so what is not there is not imported."""
    tries = (node for node in home.names.index.tree.body if isinstance(node, TRIES))
    return any(node.lineno <= line <= (node.end_lineno or line) and node.handlers for node in tries)
