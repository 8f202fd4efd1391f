"""What an expression is: a qualified name from elsewhere, an instance of a class, a definition of this file."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from deflask.detect.entry_points import INSTANCES, canonical, is_known
from deflask.detect.names import members
from deflask.detect.names.annotations import named_class
from deflask.detect.names.build import getattr_name
from deflask.detect.names.flow import Flow
from deflask.detect.names.index import Binding, Bound, FunctionNode, Index, Scope, own_nodes
from deflask.detect.names.origin import UNKNOWN, Kind, Origin, is_vague, joined, parted


@dataclass(eq=False, slots=True)
class Names:
    """Resolves the expressions of one module."""

    index: Index
    flow: Flow
    other_module: Callable[[str], Names | None]
    """The names of the project's module that an import in this one leads to."""
    is_package: bool = False
    """Whether the module is the `__init__.py` of a package."""
    _known: dict[ast.AST, tuple[Origin, ...]] = field(default_factory=dict)
    _exporting: set[str] = field(default_factory=set)
    """The exports that are being resolved: modules may import each other."""

    def origins(self, node: ast.expr) -> tuple[Origin, ...]:
        """Everything that an expression can be, best known first; (UNKNOWN,) while it is being resolved (cycles)."""
        if node not in self._known:
            self._known[node] = (UNKNOWN,)
            self._known[node] = tuple(dict.fromkeys(self._origins(node))) or (UNKNOWN,)
        return self._known[node]

    def qualified(self, node: ast.expr) -> str | None:
        """The one qualified name that an expression stands for, in the words of the tables, or None."""
        origins = [origin for origin in self.origins(node) if origin.kind is not Kind.NONE]
        names = {origin.name if origin.kind is Kind.REFERENCE else None for origin in origins} or {None}
        name = names.pop()
        return None if names or name is None else canonical(name)

    def _origins(self, node: ast.expr) -> list[Origin]:
        match node:
            case ast.Name():
                return self._named(node)
            case ast.Attribute():
                return self._attributes(node.value, node.attr, node)
            case ast.Call() if (attribute := getattr_name(node)) is not None and self._is_builtin(node.func):
                return self._attributes(node.args[0], attribute, node)
            case ast.Call():
                return self._results(node)
            case ast.NamedExpr() | ast.Await():
                return list(self.origins(node.value))
            case ast.IfExp():
                return [*self.origins(node.body), *self.origins(node.orelse)]
            case ast.BoolOp():
                return [origin for value in node.values for origin in self.origins(value)]
            case ast.Subscript(slice=ast.Constant(value=int(position))):
                return self._parts(node.value, (position,))
            case ast.Lambda():
                return [Origin(Kind.FUNCTION, "<lambda>", definition=node, home=self)]
            case ast.Constant(value=None):
                return [Origin(Kind.NONE)]
        return []

    def _is_builtin(self, function: ast.expr) -> bool:
        """Whether a name is that of a builtin, which the file has not taken for something else."""
        return isinstance(function, ast.Name) and self.index.owner(function.id, self.index.scope_of(function)) is None

    def _named(self, node: ast.Name) -> list[Origin]:
        scope = self.index.owner(node.id, self.index.scope_of(node))
        if scope is None:
            return self._from_outside(node.id)
        bindings, _ = self.flow.reaching(node.id, node, scope)
        # Nothing reaches an annotation whose import is for the type checker only.
        bindings = bindings or scope.bindings[node.id]
        return [origin for binding in bindings for origin in self.bound(binding, scope)]

    def _from_outside(self, name: str) -> list[Origin]:
        """A name that the file does not bind: a builtin, or from a star import."""
        if hasattr(builtins, name) or not self.index.stars:
            return [Origin(Kind.REFERENCE, f"builtins.{name}")]
        for module in self.index.stars:
            full = joined(module, name)
            if is_known(full) or self.exporter(full) is not None:
                return self.imported(full, self.index.tree)
        return [UNKNOWN]

    def imported(self, name: str, node: ast.AST) -> list[Origin]:
        """What the import of a qualified name gives: something of the project, or a name for something outside."""
        known = canonical(name)
        if known in INSTANCES:
            return [Origin(Kind.INSTANCE, INSTANCES[known], node)]
        if (exporter := self.exporter(name)) is not None:
            return exporter.exported(name.rpartition(".")[2])
        return [Origin(Kind.REFERENCE, name, home=self)]

    def exporter(self, name: str) -> Names | None:
        """The names of the project's module that binds the last part of a qualified name."""
        root = name.partition(".")[0]
        if root in sys.stdlib_module_names or (is_known(name) and not self._is_shadowed(root)):
            return None
        module, attribute = parted(name)
        other = self.other_module(module) if module else None
        return other if other is not None and other.exports(attribute) else None

    def _is_shadowed(self, root: str) -> bool:
        """Whether a file next to this one is what a package of the tables is called, such as a `flask.py`.

        A package of that name is the source of the real one.
        """
        beside = self.other_module(f".{root}")
        return beside is not None and not beside.is_package

    def exports(self, name: str) -> bool:
        """Whether the module binds a name, or gets it by a star import."""
        if name in self.index.scopes[self.index.tree].bindings:
            return True
        if name.startswith("_") or name in self._exporting:
            return False
        self._exporting.add(name)
        try:
            return any(self.exporter(joined(module, name)) is not None for module in self.index.stars)
        finally:
            self._exporting.discard(name)

    def exported(self, name: str) -> list[Origin]:
        """What a name of the module is for those who import it."""
        scope = self.index.scopes[self.index.tree]
        if name in self._exporting:
            return [UNKNOWN]
        self._exporting.add(name)
        try:
            if name not in scope.bindings:
                return self._from_outside(name)
            return [origin for binding in self.flow.at_end(name, scope) for origin in self.bound(binding, scope)]
        finally:
            self._exporting.discard(name)

    def bound(self, binding: Binding, scope: Scope) -> list[Origin]:
        """What a binding puts behind its name."""
        match binding.how:
            case Bound.IMPORT:
                return self.imported(binding.target, binding.node)
            case Bound.DEFINITION:
                kind = Kind.CLASS if isinstance(binding.node, ast.ClassDef) else Kind.FUNCTION
                return [Origin(kind, binding.name, definition=binding.node, home=self)]
            case Bound.VALUE if binding.value is not None:
                found = self._parts(binding.value, binding.path)
                if binding.annotation is not None and all(map(is_vague, found)):
                    return self._annotated(binding)
                return found
            case Bound.DELETED:
                return [Origin(Kind.NONE)]
            case Bound.PARAMETER if receiver := self._self(binding, scope):
                return [receiver]
        return self._annotated(binding)

    def _annotated(self, binding: Binding) -> list[Origin]:
        """What an annotation promises; a name that nothing tells about is UNKNOWN."""
        if binding.annotation is None:
            return [UNKNOWN]
        named = named_class(binding.annotation, self.index)
        return self.instances(named, binding.node) if named is not None else [UNKNOWN]

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

    def _parts(self, value: ast.expr, path: tuple[int, ...]) -> list[Origin]:
        """What stands at `path` in a value: in a tuple that is written out, or that a function here returns."""
        if not path:
            return list(self.origins(value))
        if isinstance(value, (ast.Tuple, ast.List)) and path[0] < len(value.elts):
            return self._parts(value.elts[path[0]], path[1:])
        if isinstance(value, ast.Call):
            return self._results(value, path)
        if isinstance(value, ast.Name) and (scope := self.index.owner(value.id, self.index.scope_of(value))):
            bindings, _ = self.flow.reaching(value.id, value, scope)
            return [o for b in bindings if b.value for o in self._parts(b.value, (*b.path, *path))] or [UNKNOWN]
        return [UNKNOWN]

    def _results(self, call: ast.Call, path: tuple[int, ...] = ()) -> list[Origin]:
        """What a call gives back."""
        if isinstance(call.func, ast.Name) and call.func.id == "super" and self._is_builtin(call.func) and not path:
            return self._super(call)
        results: list[Origin] = []
        for origin in self.origins(call.func):
            if isinstance(origin.definition, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                results += (origin.home or self).returned(origin.definition, path)
            elif origin.kind is Kind.NONE:
                continue
            elif path or origin.kind not in (Kind.REFERENCE, Kind.CLASS):
                results.append(UNKNOWN)
            else:
                name = canonical(origin.name) if origin.kind is Kind.REFERENCE else origin.name
                results.append(Origin(Kind.INSTANCE, name, call, origin.definition, origin.home))
        return results

    def _super(self, call: ast.Call) -> list[Origin]:
        """`super()` as an instance of the bases of the class around it."""
        for parent in self.index.ancestors(call):
            if isinstance(parent, ast.ClassDef):
                return [origin for base in parent.bases for origin in self.instances(base, parent)]
        return [UNKNOWN]

    def returned(self, function: FunctionNode, path: tuple[int, ...]) -> list[Origin]:
        if isinstance(function, ast.Lambda):
            return self._parts(function.body, path)
        found: list[Origin] = []
        for node in own_nodes(function):
            if isinstance(node, ast.Return) and node.value is not None:
                found += self._parts(node.value, path)
        if function.returns is not None and all(map(is_vague, found)):
            named = named_class(function.returns, self.index, path)
            found = self.instances(named, function) if named is not None else found
        return found or [UNKNOWN]

    def _attributes(self, value: ast.expr, attribute: str, node: ast.expr) -> list[Origin]:
        return [found for origin in self.origins(value) for found in members.attribute(self, origin, attribute, node)]
