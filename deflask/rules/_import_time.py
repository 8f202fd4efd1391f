"""Finds the runs that importing a module starts."""

from __future__ import annotations

from collections.abc import Iterator

from deflask.detect.flags import flags
from deflask.detect.module import Module
from deflask.rules._hit import Hit
from deflask.rules._switches import called


def check(module: Module) -> Iterator[Hit]:
    """Runs of Flask apps that an import starts; whether there is a guard already is for the guard to say."""
    for flag in flags(module, "DF101"):
        reached = module.imported.reached(flag.call)
        if flag.proved and reached.possible:
            yield Hit(
                node=flag.call,
                message=f"`{called(flag.call)}` blocks whoever imports this module",
                serves=True,
                doubts=reached.doubts,
            )
