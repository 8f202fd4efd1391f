"""One module under the eyes of the rules: its source, its names, and both ways it can start."""

from __future__ import annotations

import ast
from functools import cached_property
from os.path import basename, dirname, join, normpath

from deflask.detect import suppressions
from deflask.detect.budget import Budget
from deflask.detect.names import MOST_CALLS, Binding, Flow, FunctionNode, Index, Names, build, calls_of
from deflask.detect.project import Project, shown
from deflask.detect.suppressions import Suppressions
from deflask.detect.values import Answer, Evaluator, Reach, Reached, parameters
from deflask.files.source import Source
from deflask.files.testcode import is_test_code
from deflask.model import Truth


class Module:
    """What the rules ask; everything is computed when it is first asked for."""

    def __init__(self, source: Source, project: Project | None = None, location: str | None = None) -> None:
        self.source = source
        self.project = project
        self.location = location or source.path
        """Where the file stands in the project; `source.path` is what the user calls it."""
        self._budget = project.budget if project is not None else Budget()
        self._set_outside: dict[str, bool] = {}
        self._calls: dict[FunctionNode, list[tuple[ast.Call, Names]] | None] = {}

    @cached_property
    def index(self) -> Index:
        """Parents, scopes, bindings, calls."""
        return build(self.source.tree)

    @cached_property
    def bound_at(self) -> dict[ast.AST, list[Binding]]:
        """The names of the module that each node binds."""
        found: dict[ast.AST, list[Binding]] = {}
        for bindings in self.index.scopes[self.source.tree].bindings.values():
            for binding in bindings:
                found.setdefault(binding.node, []).append(binding)
        return found

    @cached_property
    def suppressions(self) -> Suppressions:
        """The comments that silence a line."""
        return suppressions.read(self.source)

    @cached_property
    def names(self) -> Names:
        """What an expression is. Branches are followed as in a script that was started."""
        flow = Flow(self.index, lambda test: self.as_script.evaluator.evaluate(test).truth)
        is_package = basename(self.location) == "__init__.py"
        return Names(self.index, flow, self._other_module, is_package, self.too_deep)

    def _other_module(self, name: str) -> Names | None:
        """The names of the project's module that an import here leads to."""
        module = self.project.find(name, self.location, self.index) if self.project is not None else None
        return module.names if module is not None else None

    @cached_property
    def as_script(self) -> Reach:
        """The module started by `python module.py`."""
        return Reach(self.names, Evaluator(self.names, True, self.source.path, self))

    @cached_property
    def imported(self) -> Reach:
        """The module imported, as a WSGI server does."""
        return Reach(self.names, Evaluator(self.names, False, self.source.path, self))

    def of(self, names: Names) -> Evaluator:
        """The evaluator of another module of the project, which is imported."""
        return self.of_names(names).imported.evaluator

    def is_set_outside(self, name: str) -> bool:
        """Whether another module assigns to a name of this one, as to an attribute of it or of a class in it."""
        if name not in self._set_outside:
            holding = b"." + name.encode()
            importers = self.project.importers(self.location, "", holding) if self.project is not None else []
            self._set_outside[name] = any(
                self._is_mine(store.node.value, other)
                for other in importers
                for store in other.index.stores.get(name, [])
                if isinstance(store.node, ast.Attribute)
            )
        return self._set_outside[name]

    def _is_mine(self, expression: ast.expr, other: Module) -> bool:
        """Whether an expression in another module is this module, or a class of it."""
        return any(
            origin.home is self.names
            if origin.definition is not None
            else other.names.other_module(origin.name) is self.names
            for origin in other.names.origins(expression)
            if origin.definition is not None or origin.name
        )

    def step(self) -> None:
        """Count a step of what is done for the candidate. Raises SourceError when there have been too many."""
        self._budget.step()

    def too_deep(self) -> None:
        """Say that something could not be followed to its end."""
        if self.project is not None:
            self.project.too_deep()

    def of_names(self, names: Names) -> Module:
        """The module to which names belong that were found from here."""
        if names is self.names:
            return self
        assert self.project is not None, "only a project has other modules"
        return self.project.module_of(names)

    def calls_to(self, function: FunctionNode) -> list[tuple[ast.Call, Names]] | None:
        """The calls of a function of this module in the project, with their modules; None where they are too many."""
        if function not in self._calls:
            self._calls[function] = None
            found: list[tuple[ast.Call, Names]] = []
            for names in (self.names, *self.users(function)):
                if len(names.index.calls.get(getattr(function, "name", ""), ())) > MOST_CALLS:
                    return None
                found += [(call, names) for call in calls_of(function, names, self.names)]
            self._calls[function] = found if len(found) <= MOST_CALLS else None
        return self._calls[function]

    def users(self, function: FunctionNode) -> list[Names]:
        """The other modules of the project that may call a function of this one."""
        if self.project is None or isinstance(function, ast.Lambda):
            return []
        owner = self.index.parents[function]
        named = owner.name if isinstance(owner, ast.ClassDef) else function.name
        called = named if function.name == "__init__" else function.name
        others = self.project.importers(self.location, named, called.encode() + b"(")
        # What a test passes is nothing that a program would do.
        return [module.names for module in others if not is_test_code(module.source.path)]

    def beside(self, path: str) -> Names | None:
        """The names of the Python source at a path relative to this module's folder."""
        module = self.project.module_at(self._beside(path)) if self.project is not None else None
        return module.names if module is not None else None

    def read(self, path: str) -> tuple[str, bytes] | None:
        """The name and the bytes of a file at a path relative to this module's folder."""
        place = self._beside(path)
        data = self.project.read(place) if self.project is not None else None
        return (shown(place), data) if data is not None else None

    def _beside(self, path: str) -> str:
        return normpath(join(dirname(self.location), path))

    def reached(self, node: ast.AST) -> Reached:
        """Whether a program started with nothing set, either way, gets to a node."""
        as_script = self.as_script.reached(node)
        return as_script if as_script.possible else self.imported.reached(node)

    def evaluate(self, node: ast.expr) -> Answer:
        """What an expression comes to with nothing set."""
        return self.as_script.evaluator.evaluate(node)

    def alternatives(self, node: ast.expr) -> list[Answer]:
        """What an expression can come to: one answer, or one for each caller that passes it in and is reached."""
        together = self.evaluate(node)
        evaluator = self.as_script.evaluator
        parameter = evaluator.parameter(node) if together.truth is Truth.UNKNOWN else None
        passed = parameters.each(parameter, evaluator) if parameter is not None else []
        return [answer for call, names, answer in passed if self.of_names(names).reached(call).possible] or [together]

    def is_on(self, node: ast.expr) -> bool:
        """Whether an expression is certainly true with nothing set."""
        return self.evaluate(node).truth is Truth.ON
