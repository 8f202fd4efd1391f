"""What an expression is: a qualified name from elsewhere, an instance of a class, a definition of this file."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

from deflask.detect.entry_points import canonical
from deflask.detect.names import imports, members
from deflask.detect.names.annotations import promised
from deflask.detect.names.build import getattr_name
from deflask.detect.names.calls import passed
from deflask.detect.names.containers import KINDS, parts
from deflask.detect.names.flow import Flow
from deflask.detect.names.index import Binding, Bound, Index, Part, Scope
from deflask.detect.names.origin import UNKNOWN, Kind, Origin, is_absent, is_vague
from deflask.detect.names.results import awaited, results


@dataclass(eq=False, slots=True)
class Names:
    """Resolves the expressions of one module."""

    index: Index
    flow: Flow
    other_module: Callable[[str], Names | None]
    """The names of the project's module that an import in this one leads to."""
    is_package: bool = False
    """Whether the module is the `__init__.py` of a package."""
    too_deep: Callable[[], None] = lambda: None
    """Told when a chain is too long to be followed."""
    exporting: set[str] = field(default_factory=set)
    """The exports that are being resolved: modules may import each other."""
    following: int = 0
    """How many parameters are being followed to their callers."""
    _known: dict[ast.AST, tuple[Origin, ...]] = field(default_factory=dict)

    def origins(self, node: ast.expr) -> tuple[Origin, ...]:
        """Everything that an expression can be, best known first; (UNKNOWN,) while it is being resolved (cycles)."""
        if node not in self._known:
            self._known[node] = (UNKNOWN,)
            try:
                self._known[node] = tuple(dict.fromkeys(self._origins(node))) or (UNKNOWN,)
            except RecursionError:
                # A chain that long is generated.
                self.too_deep()
                self._known[node] = (UNKNOWN,)
        return self._known[node]

    def written(self, node: ast.expr) -> ast.expr:
        """The expression that a name is bound to, if it is one and stands in this file; else the node itself."""
        scope = self.index.owner(node.id, self.index.scope_of(node)) if isinstance(node, ast.Name) else None
        if scope is None or not isinstance(node, ast.Name):
            return node
        bindings, _ = self.flow.reaching(node.id, node, scope)
        return bindings[0].expression or node if len(bindings) == 1 else node

    def qualified(self, node: ast.expr) -> str | None:
        """The one qualified name that an expression stands for, in the words of the tables, or None."""
        origins = [origin for origin in self.origins(node) if origin.kind is not Kind.NONE]
        names = {origin.name if origin.kind is Kind.REFERENCE else None for origin in origins} or {None}
        name = names.pop()
        return None if names or name is None else canonical(name)

    def exporter(self, name: str) -> Names | None:
        """The names of the project's module that binds the last part of a qualified name."""
        return imports.exporter(self, name)

    def imported(self, name: str, node: ast.AST) -> list[Origin]:
        """What the import of a qualified name gives."""
        return imports.imported(self, name, node)

    def _origins(self, node: ast.expr) -> list[Origin]:
        match node:
            case ast.Name():
                return self._named(node)
            case ast.Attribute():
                return self._attributes(node.value, node.attr, node)
            case ast.Call(func=ast.Name() as function) if (name := getattr_name(node)) and self.is_builtin(function):
                return self._attributes(node.args[0], name, node)
            case ast.Call():
                return results(self, node)
            case ast.NamedExpr():
                return list(self.origins(node.value))
            case ast.Await():
                return awaited(self, node.value)
            case ast.IfExp():
                return [*self.origins(node.body), *self.origins(node.orelse)]
            case ast.BoolOp(op=ast.Or(), values=[*first, last]):
                found = [origin for value in first for origin in self.origins(value) if not is_absent(origin)]
                return [*found, *self.origins(last)]
            case ast.BoolOp():
                return [origin for value in node.values for origin in self.origins(value)]
            case ast.Subscript(slice=ast.Constant(value=int() | str() as key)):
                return parts(self, node.value, (key,))
            case ast.Subscript(slice=ast.Name() | ast.Attribute() | ast.UnaryOp()):
                return parts(self, node.value, (Part.ANY,))
            case ast.Lambda():
                return [Origin(Kind.FUNCTION, "<lambda>", definition=node, home=self)]
            case ast.Constant(value=None):
                return [Origin(Kind.NONE)]
        kind = KINDS.get(type(node))
        return [Origin(Kind.INSTANCE, kind, node, home=self)] if kind else []

    def is_builtin(self, function: ast.Name) -> bool:
        """Whether a name is that of a builtin, which the file has not taken for something else."""
        return self.index.owner(function.id, self.index.scope_of(function)) is None

    def _named(self, node: ast.Name) -> list[Origin]:
        scope = self.index.owner(node.id, self.index.scope_of(node))
        if scope is None:
            return imports.from_outside(self, node.id)
        bindings, _ = self.flow.reaching(node.id, node, scope)
        # Nothing reaches an annotation whose import is for the type checker only.
        bindings = bindings or scope.bindings[node.id]
        return [origin for binding in bindings for origin in self.bound(binding, scope)]

    def bound(self, binding: Binding, scope: Scope) -> list[Origin]:
        """What a binding puts behind its name."""
        match binding.how:
            case Bound.IMPORT:
                return imports.imported(self, binding.target, binding.node)
            case Bound.DEFINITION:
                kind = Kind.CLASS if isinstance(binding.node, ast.ClassDef) else Kind.FUNCTION
                return [Origin(kind, binding.name, definition=binding.node, home=self)]
            case Bound.VALUE | Bound.ELEMENT if binding.value is not None:
                found = parts(self, binding.value, binding.path)
            case Bound.DELETED:
                return [Origin(Kind.NONE)]
            case Bound.PARAMETER if receiver := self._self(binding, scope):
                return [receiver]
            case Bound.PARAMETER if isinstance(binding.node, ast.arg) and binding.annotation is None:
                return passed(binding.node, self)
            case _:
                found = [UNKNOWN]
        if binding.annotation is not None and all(map(is_vague, found)):
            return self._annotated(binding, found)
        return found

    def _annotated(self, binding: Binding, found: list[Origin]) -> list[Origin]:
        """What an annotation promises, and where it says nothing what callers pass."""
        assert binding.annotation is not None, "asked only of what has one"
        promise = promised(self, binding.annotation, binding.node)
        if promise != [UNKNOWN]:
            return promise
        return passed(binding.node, self) if isinstance(binding.node, ast.arg) else found

    def _self(self, binding: Binding, scope: Scope) -> Origin | None:
        """The instance or class behind the first parameter of a method."""
        function = scope.node
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) or scope.parent is None:
            return None
        owner = scope.parent.node
        first = [*function.args.posonlyargs, *function.args.args][:1]
        decorators = {getattr(decorator, "id", "") for decorator in function.decorator_list}
        if not isinstance(owner, ast.ClassDef) or binding.node not in first or "staticmethod" in decorators:
            return None
        kind = Kind.CLASS if "classmethod" in decorators else Kind.INSTANCE
        return Origin(kind, owner.name, owner if kind is Kind.INSTANCE else None, owner, self)

    def instances(self, cls: ast.expr, node: ast.AST) -> list[Origin]:
        """Instances, made at `node`, of what the expression `cls` names."""
        made: list[Origin] = []
        for origin in self.origins(cls):
            if origin.kind is Kind.REFERENCE:
                made.append(Origin(Kind.INSTANCE, canonical(origin.name), node))
            elif origin.kind is Kind.CLASS:
                made.append(Origin(Kind.INSTANCE, origin.name, node, origin.definition, origin.home))
            else:
                made.append(UNKNOWN)
        return made

    def _attributes(self, value: ast.expr, attribute: str, node: ast.expr) -> list[Origin]:
        return [found for origin in self.origins(value) for found in members.attribute(self, origin, attribute, node)]
