"""Evaluates expressions in the bare world: no environment, no arguments, `__name__` as given."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from deflask.detect.names import Binding, Bound, FunctionNode, Kind, Names, Origin, lineage, parted
from deflask.detect.values import attributes, calls, config, environment, failures, options, parameters, stars
from deflask.detect.values.answer import Answer, Decision, Default, How, Source, join, known, unknown
from deflask.detect.values.operators import operate
from deflask.detect.values.pure import CONSTANTS
from deflask.detect.values.surroundings import Assumed, Surroundings
from deflask.detect.values.telling import telling
from deflask.files.errors import SourceError
from deflask.model import Truth

_IMPORTED = "<imported>"
"""Stands for the name of a module that is imported, which is certainly not `__main__`."""

_DYNAMIC = {"exec", "globals", "locals", "vars"}
"""Calls by which a module can bind any name."""
_READERS = {"get", "keys", "values", "items", "copy"}
"""The methods of a dictionary that leave it as it is."""


@dataclass(eq=False)
class Evaluator:
    """Evaluates the expressions of one module, run as a script (`main`) or imported."""

    names: Names
    main: bool
    path: str
    """What the user calls the file."""
    project: Surroundings
    """The rest of the project."""
    assumed: Mapping[ast.expr, Answer] = field(default_factory=dict)
    _answers: dict[ast.expr, Answer] = field(default_factory=dict)
    depth: int = 0
    """How many assumptions are made on top of each other."""
    outer: Evaluator | None = None
    """Who evaluates what stands outside of `inside`, the function for a call of which something is assumed."""
    inside: ast.FunctionDef | None = None

    def evaluate(self, node: ast.expr) -> Answer:
        """What the expression comes to; UNKNOWN while it is being evaluated (cycles).

        Raises SourceError when the candidate has taken too many steps.
        """
        if node not in self._answers:
            if self.outer is not None and self.inside is not None and not _stands_in(node, self.inside):
                return self.outer.evaluate(node)
            self.project.step()
            self._answers[node] = unknown()
            try:
                answer = self._evaluate(node)
            except RecursionError:
                self.project.too_deep()
                answer = unknown()
            except SourceError:
                # The next candidate may ask again.
                del self._answers[node]
                raise
            if answer.truth is Truth.UNKNOWN and not answer.configured and telling(node):
                answer = replace(answer, configured=True)
            self._answers[node] = answer
        return self._answers[node]

    def at(self, names: Names | None) -> Evaluator:
        """The evaluator of the module in which something was found, None meaning this one."""
        return self if names is None or names is self.names else self.project.of(names)

    def calls_to(self, function: FunctionNode) -> list[tuple[ast.Call, Evaluator]] | None:
        """The calls of a function of this module, with who evaluates them; None where they are too many."""
        calls = self.project.calls_to(function)
        return [(call, self.at(names)) for call, names in calls] if calls is not None else None

    def decision(self, node: ast.expr, how: How = How.CONSTANT) -> Decision:
        """The decision that falls at an expression of this module."""
        return Decision(node, self.path, self.names, how=how)

    def alternatives(self, node: ast.expr) -> list[Answer]:
        """What an expression comes to: one answer, or for a parameter one for each call in view, if they differ."""
        together = self.evaluate(node)
        parameter = None if together.known else self.parameter(node)
        passed = parameters.each(parameter, self) if parameter is not None else []
        return [answer for _, _, answer in passed] or [together]

    def parameter(self, node: ast.expr) -> ast.arg | None:
        """The parameter that a name certainly is."""
        scope = self.names.index.owner(node.id, self.names.index.scope_of(node)) if isinstance(node, ast.Name) else None
        bindings = self.names.flow.reaching(node.id, node, scope)[0] if scope and isinstance(node, ast.Name) else []
        bound = bindings[0].node if len(bindings) == 1 else None
        return bound if isinstance(bound, ast.arg) else None

    def assuming(self, assumed: Mapping[ast.expr, Answer]) -> Evaluator:
        """An evaluator for which some expressions, here or in other modules, have other answers."""
        together = {**self.assumed, **assumed}
        surroundings = Assumed(self.project, assumed)
        return Evaluator(self.names, self.main, self.path, surroundings, together, dict(together), self.depth + 1)

    def within(self, function: ast.FunctionDef, assumed: Mapping[ast.expr, Answer]) -> Evaluator:
        """An evaluator of one call of a function, in which its parameters hold what `assumed` says."""
        together = {**self.assumed, **assumed}
        return Evaluator(
            self.names, self.main, self.path, self.project, together, dict(together), self.depth + 1, self, function
        )

    @cached_property
    def set_here(self) -> frozenset[str] | None:
        """The variables that the file sets itself; None where it may set any."""
        return environment.set_here(self.names.index, self.names)

    def _evaluate(self, node: ast.expr) -> Answer:
        match node:
            case ast.Constant():
                return known(node.value)
            case ast.Name():
                return self._name(node)
            case ast.Attribute():
                return attributes.attribute(node, self)
            case ast.Call():
                held = config.config_value(node, self)
                return held or calls.call(node, self, self.set_here)
            case ast.Subscript():
                return config.config_value(node, self) or self._of_vars(node) or calls.subscript(node, self)
            case ast.NamedExpr():
                return self.evaluate(node.value)
            case ast.Compare():
                special = calls.in_environment(node, self.names, self.evaluate, self.set_here)
                special = special or calls.is_none(node, self.names)
                if special is not None:
                    return special
            case ast.BoolOp(op=ast.Or()):
                return self._fallen_back(node)
        return operate(node, self.evaluate) or unknown()

    def _of_vars(self, node: ast.Subscript) -> Answer | None:
        """`vars(parser.parse_args())["debug"]`, which is the attribute of that name."""
        namespace = options.of_vars(node.value, self.names)
        key = self.evaluate(node.slice).value
        if namespace is None or not isinstance(key, str):
            return None
        found = (options.parsed(o, key, self.names, self.evaluate) for o in self.names.origins(namespace))
        return next((answer for answer in found if answer is not None), None)

    def _fallen_back(self, node: ast.BoolOp) -> Answer:
        """`os.environ.get("MODE") or "development"`: the last operand is the default of what was asked first."""
        answer = operate(node, self.evaluate) or unknown()
        asked = [default for default in answer.defaults if default.source is Source.ENVIRONMENT and not default.node]
        last = node.values[-1]
        if not asked or not isinstance(last, ast.Constant) or self.evaluate(last).value != answer.value:
            return answer
        mine = Default(Source.ENVIRONMENT, asked[0].name, node, last, self.names)
        return replace(answer, defaults=(*answer.defaults, mine))

    def _name(self, node: ast.Name) -> Answer:
        index = self.names.index
        scope = index.owner(node.id, index.scope_of(node))
        if scope is None:
            if node.id == "__name__":
                return known("__main__" if self.main else _IMPORTED)
            return known(True) if node.id == "__debug__" else stars.starred(self, node.id)
        bindings, _ = self.names.flow.reaching(node.id, node, scope)
        failing = failures.failing(bindings, self)
        bindings = [binding for binding in bindings if binding not in failing]
        lines = [getattr(binding.node, "lineno", 0) for binding in bindings]
        if scope.parent is None and any(star > line for star in index.star_lines for line in lines):
            # A star import below may have bound the name anew.
            return unknown(configured=True)
        answer = join(self.bound(binding) for binding in bindings)
        for binding in failing:
            answer = replace(answer, reads=answer.reads | failures.missing(binding.value, self))
        if answer.truth is Truth.UNKNOWN and bindings and all(_is_true(o) for o in self.names.origins(node)):
            return replace(answer, truth=Truth.ON)
        return answer

    def imported(self, name: str) -> Answer:
        """What a name of another module holds, decided there."""
        if name in CONSTANTS:
            return known(CONSTANTS[name])
        exporter = self.names.exporter(name)
        return self.at(exporter).exported(parted(name)[1]) if exporter is not None else unknown()

    def exported(self, name: str) -> Answer:
        """What a name of this module holds for those who import it."""
        scope = self.names.index.scopes[self.names.index.tree]
        if name not in scope.bindings:
            return stars.starred(self, name)
        if self.project.is_set_outside(name) or _DYNAMIC & self.names.index.calls.keys():
            return unknown(configured=True)
        bindings = self.names.flow.at_end(name, scope)
        overruled = stars.overruled(self, name, [getattr(binding.node, "lineno", 0) for binding in bindings])
        return overruled or join(self.bound(binding) for binding in bindings)

    def bound(self, binding: Binding) -> Answer:
        """What a binding's name holds, decided where it was bound."""
        if binding.how is Bound.IMPORT:
            return self.imported(binding.target)
        if binding.how is Bound.PARAMETER and isinstance(binding.node, ast.arg):
            return parameters.passed(binding.node, self)
        value = binding.expression
        if binding.how is not Bound.VALUE or value is None:
            return unknown()
        if isinstance(value, (ast.List, ast.Dict, ast.Set)) and not self._only_read(binding.name):
            return unknown()
        answer = self.evaluate(value)
        for parent in self.names.index.ancestors(binding.node):
            if isinstance(parent, ast.If):
                # The variables that chose this binding are behind its value, too.
                answer = replace(answer, reads=answer.reads | self.evaluate(parent.test).reads)
        return replace(answer, decided_at=answer.decided_at or self.decision(value))

    def _only_read(self, name: str) -> bool:
        """Whether no use of a name could change the list, set or dictionary that it holds."""
        parents = (self.names.index.parents[load] for load in self.names.index.loads.get(name, []))
        return all(
            (isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Load))
            or (isinstance(parent, ast.Attribute) and parent.attr in _READERS)
            or isinstance(parent, (ast.Compare, ast.BoolOp, ast.If, ast.UnaryOp, ast.keyword))
            for parent in parents
        )

    def member(self, cls: ast.ClassDef, attribute: str) -> Answer:
        """A class attribute, with everything that sets it on the class or an instance."""
        for node, names in lineage(cls, self.names):
            home = self.at(names)
            stores = [
                store
                for store in names.index.stores.get(attribute, [])
                if isinstance(store.node, ast.Attribute)
                and any(origin.definition is node for origin in names.origins(store.node.value))
            ]
            own = names.index.scopes[node].bindings.get(attribute, [])[-1:]
            if own or stores:
                return join(home.bound(binding) for binding in [*own, *stores])
        return unknown()


def _stands_in(node: ast.expr, function: ast.FunctionDef) -> bool:
    """Whether a node stands in a function of the same module, by its lines."""
    return function.lineno <= node.lineno <= (function.end_lineno or function.lineno)


def _is_true(origin: Origin) -> bool:
    """Whether a thing is true whatever it holds: a class or a function of the project."""
    return origin.kind in (Kind.CLASS, Kind.FUNCTION) and origin.definition is not None
