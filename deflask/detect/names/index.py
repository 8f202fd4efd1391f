"""One pass over a tree: parents, scopes, and where each name is bound, read, called or set as an attribute."""

from __future__ import annotations

import ast
import enum
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
ScopeNode = ast.Module | ast.ClassDef | FunctionNode | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
SCOPES = (ast.Module, ast.ClassDef, *FUNCTIONS, *COMPREHENSIONS)


class Bound(enum.Enum):
    """How a name came to its value."""

    VALUE = "value"
    IMPORT = "import"
    DEFINITION = "definition"
    PARAMETER = "parameter"
    ELEMENT = "element"
    DELETED = "deleted"
    OTHER = "other"


class Part(enum.Enum):
    """Places in a container that no key names."""

    EACH = "each"
    """Whatever iterating gives."""
    ANY = "any"
    """Whatever stands behind a key or position that is not known."""


Step = int | str | Part
"""One step into a container: a position, a key, or one that is not known."""


@dataclass(eq=False, slots=True)
class Binding:
    """A name bound by `node`: to `value` (at `path` in it), to the import `target`, or to a definition.

    An ELEMENT is what a loop takes out of `value`.
    """

    name: str
    node: ast.AST
    how: Bound
    value: ast.expr | None = None
    path: tuple[Step, ...] = ()
    target: str = ""
    annotation: ast.expr | None = None

    @property
    def expression(self) -> ast.expr | None:
        """The expression that the name is bound to, where tuples are written out on both sides."""
        value = self.value
        for position in self.path:
            if not isinstance(value, (ast.Tuple, ast.List)) or not isinstance(position, int):
                return None
            value = value.elts[position] if position < len(value.elts) else None
        return value


@dataclass(eq=False, slots=True)
class Scope:
    """A module, class, function, lambda or comprehension and the names bound in it, in source order."""

    node: ScopeNode
    parent: Scope | None
    bindings: dict[str, list[Binding]] = field(default_factory=lambda: defaultdict(list))
    declared_global: set[str] = field(default_factory=set)
    declared_nonlocal: set[str] = field(default_factory=set)


@dataclass(eq=False, slots=True)
class Index:
    """What the pass found; `loads`, `calls` and `stores` are by bare name or attribute name."""

    tree: ast.Module
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)
    scopes: dict[ast.AST, Scope] = field(default_factory=dict)
    loads: dict[str, list[ast.Name]] = field(default_factory=lambda: defaultdict(list))
    calls: dict[str, list[ast.Call]] = field(default_factory=lambda: defaultdict(list))
    stores: dict[str, list[Binding]] = field(default_factory=lambda: defaultdict(list))
    """Assignments to attributes: `Binding.node` is the `ast.Attribute`."""
    items: dict[str, list[Binding]] = field(default_factory=lambda: defaultdict(list))
    """Assignments to `container["key"]`, by key, "" for one that is no constant; `Binding.node` is the Subscript."""
    attributes: dict[str, list[ast.Attribute]] = field(default_factory=lambda: defaultdict(list))
    """Reads of attributes, by name."""
    imported: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    """What is imported, by its full name, with the names that it is bound to."""
    stars: list[str] = field(default_factory=list)
    """The modules of which everything is imported."""
    aliases: dict[str | ast.AST, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The names that are bound to a name, to an attribute of a name, or to a lambda."""
    star_lines: list[int] = field(default_factory=list)
    _places: dict[ast.AST, dict[ast.AST, tuple[list[ast.stmt], int]]] = field(default_factory=dict)

    def place(self, child: ast.AST) -> tuple[list[ast.stmt], int] | None:
        """The block of statements in which a node stands, and its place there from 0; None where it is in no block."""
        parent = self.parents.get(child)
        if parent is None:
            return None
        if parent not in self._places:
            self._places[parent] = {
                statement: (block, number) for block in blocks(parent) for number, statement in enumerate(block)
            }
        return self._places[parent].get(child)

    def scope_of(self, node: ast.AST) -> Scope:
        """The scope in which a node is evaluated: decorators, defaults and bases belong to the scope around."""
        child = node
        for parent in self.ancestors(node):
            if isinstance(parent, SCOPES) and inside(parent, child):
                return self.scopes[parent]
            child = parent
        return self.scopes[self.tree]

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, from the nearest to the module."""
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement that holds a node, or the node itself."""
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node

    def owner(self, name: str, scope: Scope) -> Scope | None:
        """The scope whose binding a read of `name` in `scope` sees; None for builtins and the unknown."""
        current: Scope | None = scope
        while current is not None:
            if name in current.declared_global:
                return self.scopes[self.tree] if name in self.scopes[self.tree].bindings else None
            visible = current is scope or not isinstance(current.node, ast.ClassDef)
            if visible and name in current.bindings and name not in current.declared_nonlocal:
                return current
            current = current.parent
        return None


def blocks(statement: ast.AST) -> Iterator[list[ast.stmt]]:
    """The blocks directly in a node."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if isinstance(block, list):
            yield block


def inside(scope: ScopeNode, child: ast.AST) -> bool:
    """Whether a child of a scope node is evaluated in that scope, not in the one around it."""
    if isinstance(scope, (ast.Lambda, ast.Module)):
        return child is not getattr(scope, "args", None)
    if isinstance(scope, COMPREHENSIONS):
        # The first iterable is evaluated outside; telling its generator from the others is enough for names.
        return child is not scope.generators[0]
    return isinstance(child, ast.stmt)


def own_nodes(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.AST]:
    """The nodes of a function without those of the functions and classes in it."""
    nodes: list[ast.AST] = []
    stack: list[ast.AST] = list(function.body)
    while stack:
        node = stack.pop()
        nodes.append(node)
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            stack.extend(ast.iter_child_nodes(node))
    return nodes
