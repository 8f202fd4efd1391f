"""One module under the eyes of the rules: its source, its names, and both ways it can start."""

from __future__ import annotations

import ast
from functools import cached_property
from os.path import basename

from deflask.detect.names import Flow, Index, Names, build
from deflask.detect.project import Project
from deflask.detect.values import Answer, Evaluator, Reach, Reached
from deflask.files.source import Source
from deflask.model import Truth


class Module:
    """What the rules ask; everything is computed when it is first asked for."""

    def __init__(self, source: Source, project: Project | None = None, location: str | None = None) -> None:
        self.source = source
        self.project = project
        self.location = location or source.path
        """Where the file stands in the project; `source.path` is what the user calls it."""

    @cached_property
    def index(self) -> Index:
        """Parents, scopes, bindings, calls."""
        return build(self.source.tree)

    @cached_property
    def names(self) -> Names:
        """What an expression is. Branches are followed as in a script that was started."""
        flow = Flow(self.index, lambda test: self.as_script.evaluator.evaluate(test).truth)
        return Names(self.index, flow, self._other_module, is_package=basename(self.location) == "__init__.py")

    def _other_module(self, name: str) -> Names | None:
        """The names of the project's module that an import here leads to."""
        module = self.project.find(name, self.location, self.index) if self.project is not None else None
        return module.names if module is not None else None

    @cached_property
    def as_script(self) -> Reach:
        """The module started by `python module.py`."""
        return Reach(self.names, Evaluator(self.names, True, self.source.path, self._evaluator_of))

    @cached_property
    def imported(self) -> Reach:
        """The module imported, as a WSGI server does."""
        return Reach(self.names, Evaluator(self.names, False, self.source.path, self._evaluator_of))

    def _evaluator_of(self, names: Names) -> Evaluator:
        """The evaluator of another module of the project, which is imported."""
        assert self.project is not None, "only a project has other modules"
        return self.project.module_of(names).imported.evaluator

    def reached(self, node: ast.AST) -> Reached:
        """Whether a program started with nothing set, either way, gets to a node."""
        as_script = self.as_script.reached(node)
        return as_script if as_script.possible else self.imported.reached(node)

    def evaluate(self, node: ast.expr) -> Answer:
        """What an expression comes to with nothing set."""
        return self.as_script.evaluator.evaluate(node)

    def is_on(self, node: ast.expr) -> bool:
        """Whether an expression is certainly true with nothing set."""
        return self.evaluate(node).truth is Truth.ON
