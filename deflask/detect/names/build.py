"""Fills the index of a tree, without recursion so that no depth of nesting can break it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from deflask.detect.names.bindings import bindings_of, targets_of
from deflask.detect.names.index import (
    COMPREHENSIONS,
    SCOPES,
    Binding,
    Bound,
    Index,
    Part,
    Scope,
    ScopeNode,
    inside,
)

# What a node is made of besides other nodes, and the marks for reading, writing and operators that all share.
_NO_NODES = frozenset("ctx op ops id attr arg asname module level kind type_comment conversion simple is_async".split())


_FIELDS: dict[str, tuple[str, ...]] = {
    name: tuple(field for field in reversed(kind._fields) if field not in _NO_NODES)
    for name, kind in vars(ast).items()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
"""The fields of each kind of nodes that hold others, last first."""


def build(tree: ast.Module) -> Index:
    """Index a module."""
    index = Index(tree)
    parents, scopes = index.parents, index.scopes
    scopes[tree] = Scope(tree, None)
    stack: list[tuple[ast.AST, Scope]] = [(tree, scopes[tree])]
    while stack:
        node, scope = stack.pop()
        kind = type(node)
        if (record := _RECORDERS.get(kind)) is not None:
            record(index, node, scope)
        inner = scopes.get(node)
        # Last in, first out: reversed, so that bindings are recorded in source order.
        for field in _FIELDS[kind.__name__]:
            held = getattr(node, field, None)
            for child in reversed(held) if held.__class__ is list else (held,):
                if isinstance(child, ast.AST):
                    parents[child] = node
                    stack.append((child, inner if inner is not None and inside(inner.node, child) else scope))
    return index


def _record_call(index: Index, call: ast.Call, scope: Scope) -> None:
    if isinstance(call.func, ast.Name):
        index.calls[call.func.id].append(call)
    elif isinstance(call.func, ast.Attribute):
        index.calls[call.func.attr].append(call)
    elif (name := getattr_name(call.func)) is not None:
        index.calls[name].append(call)


def getattr_name(node: ast.expr) -> str | None:
    """The attribute that `getattr(x, "name")` reads, where it is spelled out."""
    match node:
        case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(name)), *_]):
            return name
    return None


def _record_scope(index: Index, node: ScopeNode, scope: Scope) -> None:
    inner = index.scopes[node] = Scope(node, scope)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        _bind(index, Binding(node.name, node, Bound.DEFINITION), scope)
    if isinstance(node, COMPREHENSIONS):
        for generator in node.generators:
            for binding in targets_of(generator.target, generator, generator.iter, Bound.ELEMENT, (Part.EACH,)):
                _bind(index, binding, inner)
    elif not isinstance(node, (ast.ClassDef, ast.Module)):
        arguments = node.args
        several = [extra for extra in (arguments.vararg, arguments.kwarg) if extra]
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            _bind(index, Binding(argument.arg, argument, Bound.PARAMETER, annotation=argument.annotation), inner)
        for argument in several:
            _bind(index, Binding(argument.arg, argument, Bound.OTHER), inner)


def _bind(index: Index, binding: Binding, scope: Scope) -> None:
    if isinstance(binding.node, ast.Attribute):
        index.stores[binding.name].append(binding)
        return
    if isinstance(binding.node, ast.Subscript):
        index.items[binding.name].append(binding)
        return
    if isinstance(binding.node, ast.NamedExpr):
        while isinstance(scope.node, COMPREHENSIONS) and scope.parent:
            scope = scope.parent
    if binding.name in scope.declared_global:
        scope = index.scopes[index.tree]
    elif binding.name in scope.declared_nonlocal and scope.parent:
        scope = index.owner(binding.name, scope.parent) or scope
    scope.bindings[binding.name].append(binding)
    if binding.how is Bound.IMPORT:
        index.imported[binding.target][binding.name] = None
    if (key := _alias_of(binding.value)) is not None:
        index.aliases[key].add(binding.name)


def _alias_of(value: ast.expr | None) -> str | ast.Lambda | None:
    """What a binding gives a second name to: a name, an attribute, a lambda."""
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call():
            return getattr_name(value)
        case ast.Lambda():
            return value
    return None


def _record_name(index: Index, node: ast.Name, scope: Scope) -> None:
    if isinstance(node.ctx, ast.Load):
        index.loads[node.id].append(node)


def _record_attribute(index: Index, node: ast.Attribute, scope: Scope) -> None:
    if isinstance(node.ctx, ast.Load):
        index.attributes[node.attr].append(node)


def _record_bindings(index: Index, node: ast.AST, scope: Scope) -> None:
    for binding in bindings_of(node):
        _bind(index, binding, scope)


def _record_declared(index: Index, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
    declared = scope.declared_global if isinstance(node, ast.Global) else scope.declared_nonlocal
    declared.update(node.names)


def _record_from(index: Index, node: ast.ImportFrom, scope: Scope) -> None:
    if node.names[0].name == "*":
        index.stars.append("." * node.level + (node.module or ""))
        index.star_lines.append(node.lineno)
    else:
        _record_bindings(index, node, scope)


_BINDING = (
    *(ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr, ast.For, ast.AsyncFor, ast.With, ast.AsyncWith),
    *(ast.Delete, ast.Import, ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping),
)
_RECORDERS: dict[type[ast.AST], Callable[[Index, Any, Scope], None]] = {
    **dict.fromkeys(_BINDING, _record_bindings),
    **dict.fromkeys(set(SCOPES) - {ast.Module}, _record_scope),
    ast.Name: _record_name,
    ast.Attribute: _record_attribute,
    ast.Call: _record_call,
    ast.Global: _record_declared,
    ast.Nonlocal: _record_declared,
    ast.ImportFrom: _record_from,
}
