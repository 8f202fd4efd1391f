"""Evaluates expressions in the bare world: no environment, no arguments, `__name__` as given."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

from deflask.detect.names import Binding, Bound, Kind, Names, Origin, joined, parted
from deflask.detect.values import calls, environment, options, parameters
from deflask.detect.values.answer import Answer, Decision, join, known, unknown
from deflask.detect.values.operators import operate
from deflask.detect.values.pure import COMMAND_LINES, CONSTANTS
from deflask.model import Truth

_IMPORTED = "<imported>"
"""Stands for the name of a module that is imported, which is certainly not `__main__`."""

_TELLING = re.compile(
    r"debug|(?:^|[^a-z])(?:dev|prod)(?:$|[^a-z])|develop|production|staging|config|setting|environ|host|"
    r"(?:^|_)env(?:$|_)|exists|is_?file|is_?dir|^open$|read_?text|read_?bytes",
    re.IGNORECASE,
)
_LONGEST_WORD = 100
"""Characters: what is longer names nothing."""


@dataclass(eq=False)
class Evaluator:
    """Evaluates the expressions of one module, run as a script (`main`) or imported."""

    names: Names
    main: bool
    path: str
    """What the user calls the file."""
    of: Callable[[Names], Evaluator]
    """The evaluator of another module of the project."""
    _answers: dict[ast.expr, Answer] = field(default_factory=dict)

    def evaluate(self, node: ast.expr) -> Answer:
        """What the expression comes to; UNKNOWN while it is being evaluated (cycles)."""
        if node not in self._answers:
            self._answers[node] = unknown()
            try:
                answer = self._evaluate(node)
            except RecursionError:
                answer = unknown()
            if answer.truth is Truth.UNKNOWN and not answer.configured and _telling(node):
                answer = replace(answer, configured=True)
            self._answers[node] = answer
        return self._answers[node]

    @cached_property
    def _set_here(self) -> frozenset[str] | None:
        return environment.set_here(self.names.index, self.names)

    def _evaluate(self, node: ast.expr) -> Answer:
        match node:
            case ast.Constant():
                return known(node.value)
            case ast.Name():
                return self._name(node)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Call():
                return calls.call(node, self.names, self.evaluate, self._set_here)
            case ast.Subscript():
                return calls.subscript(node, self.names, self.evaluate)
            case ast.NamedExpr():
                return self.evaluate(node.value)
            case ast.Compare():
                special = calls.in_environment(node, self.names, self.evaluate, self._set_here)
                special = special or calls.is_none(node, self.names)
                if special is not None:
                    return special
        return operate(node, self.evaluate) or unknown()

    def _name(self, node: ast.Name) -> Answer:
        index = self.names.index
        scope = index.owner(node.id, index.scope_of(node))
        if scope is None:
            if node.id == "__name__":
                return known("__main__" if self.main else _IMPORTED)
            return known(True) if node.id == "__debug__" else unknown()
        bindings, _ = self.names.flow.reaching(node.id, node, scope)
        lines = [getattr(binding.node, "lineno", 0) for binding in bindings]
        if scope.parent is None and any(star > line for star in index.star_lines for line in lines):
            # A star import below may have bound the name anew.
            return unknown(configured=True)
        return join(self.bound(binding) for binding in bindings)

    def _imported(self, name: str) -> Answer:
        """What a name of another module holds, decided there."""
        if name in CONSTANTS:
            return known(CONSTANTS[name])
        exporter = self.names.exporter(name)
        return self.of(exporter).exported(parted(name)[1]) if exporter is not None else unknown()

    def exported(self, name: str) -> Answer:
        """What a name of this module holds for those who import it."""
        scope = self.names.index.scopes[self.names.index.tree]
        return join(self.bound(binding) for binding in self.names.flow.at_end(name, scope))

    def bound(self, binding: Binding) -> Answer:
        """What a binding's name holds, decided where it was bound."""
        if binding.how is Bound.IMPORT:
            return self._imported(binding.target)
        if binding.how is Bound.PARAMETER and isinstance(binding.node, ast.arg):
            return parameters.passed(binding.node, self.names, self.evaluate)
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
        return replace(answer, decided_at=answer.decided_at or Decision(value, self.path, self.names))

    def _only_read(self, name: str) -> bool:
        """Whether no use of a name could change the list, set or dictionary that it holds."""
        parents = (self.names.index.parents[load] for load in self.names.index.loads.get(name, []))
        return all(
            (isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Load))
            or isinstance(parent, (ast.Compare, ast.BoolOp, ast.If, ast.UnaryOp, ast.keyword))
            for parent in parents
        )

    def _attribute(self, node: ast.Attribute) -> Answer:
        return join(self._attribute_of(origin, node.attr) for origin in self.names.origins(node.value))

    def _attribute_of(self, origin: Origin, attribute: str) -> Answer:
        if origin.kind is Kind.INSTANCE and origin.name == "flask.Flask" and attribute == "debug":
            return self._app_debug(origin)
        if (given := options.parsed(origin, attribute, self.names, self.evaluate)) is not None:
            return given
        if isinstance(origin.definition, ast.ClassDef):
            home = self if origin.home is self.names or origin.home is None else self.of(origin.home)
            return home._member(origin.definition, attribute)
        if origin.kind is Kind.REFERENCE:
            return self._imported(joined(origin.name, attribute))
        return unknown(origin.kind is Kind.INSTANCE and origin.name.startswith(COMMAND_LINES))

    def _member(self, cls: ast.ClassDef, attribute: str) -> Answer:
        """A class attribute, with everything that sets it on the class or an instance."""
        stores = [
            store
            for store in self.names.index.stores.get(attribute, [])
            if isinstance(store.node, ast.Attribute)
            and any(origin.definition is cls for origin in self.names.origins(store.node.value))
        ]
        own = self.names.index.scopes[cls].bindings.get(attribute, [])[-1:]
        if own or stores:
            return join(self.bound(binding) for binding in [*own, *stores])
        bases = (origin.definition for base in cls.bases for origin in self.names.origins(base))
        return join(
            self._member(base, attribute) for base in bases if isinstance(base, ast.ClassDef) and base is not cls
        )

    def _app_debug(self, app: Origin) -> Answer:
        """`app.debug`: what the file sets it to, OFF where nothing does (Flask reads it from an empty environment)."""
        index = self.names.index
        stores = [
            self.bound(store)
            for store in index.stores.get("debug", [])
            if isinstance(store.node, ast.Attribute) and app in self.names.origins(store.node.value)
        ]
        if stores:
            return join(stores)
        configures = any(isinstance(node, ast.Attribute) and node.attr == "config" for node in index.parents)
        return unknown(configured=True) if configures else known(False)


def _telling(node: ast.expr) -> bool:
    """Whether a name, attribute, key or call in an expression speaks of configuration, a host, a file or a mode."""
    for part in ast.walk(node):
        word = getattr(part, "id", None) or getattr(part, "attr", None) or getattr(part, "value", None)
        if isinstance(word, str) and len(word) <= _LONGEST_WORD and _TELLING.search(word):
            return True
    return False
