"""What one module can ask of the rest of its project."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from deflask.detect.names import FunctionNode, Names
from deflask.detect.values.answer import Answer

if TYPE_CHECKING:
    from deflask.detect.values.evaluate import Evaluator


class Surroundings(Protocol):
    """The rest of the project, as one module sees it."""

    def of(self, names: Names) -> Evaluator:
        """The evaluator of another module."""

    def is_set_outside(self, name: str) -> bool:
        """Whether another module assigns to a name of this one, as to an attribute of it or of a class in it."""

    def step(self) -> None:
        """Count a step of the evaluation. Raises SourceError when there have been too many for one candidate."""

    def too_deep(self) -> None:
        """Say that something could not be followed to its end."""

    def calls_to(self, function: FunctionNode) -> list[tuple[ast.Call, Names]] | None:
        """The calls of a function of this module, with the modules of the calls; None where they are too many."""

    def beside(self, path: str) -> Names | None:
        """The Python source at a path relative to this module's folder."""

    def read(self, path: str) -> tuple[str, bytes] | None:
        """The name and the bytes of a file at a path relative to this module's folder."""


class Assumed:
    """The surroundings of an evaluator that assumes other answers: those of the other modules, with the same."""

    def __init__(self, real: Surroundings, assumed: Mapping[ast.expr, Answer]) -> None:
        self.calls_to, self.beside, self.read, self.step = real.calls_to, real.beside, real.read, real.step
        self.too_deep = real.too_deep
        self.is_set_outside = real.is_set_outside
        self._real = real
        self._assumed = assumed
        self._made: dict[Names, Evaluator] = {}

    def of(self, names: Names) -> Evaluator:
        """The evaluator of another module, with the same assumptions."""
        if names not in self._made:
            self._made[names] = self._real.of(names).assuming(self._assumed)
        return self._made[names]
