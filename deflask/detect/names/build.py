"""Fills the index of a tree, without recursion so that no depth of nesting can break it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from deflask.detect.names.index import (
    COMPREHENSIONS,
    SCOPES,
    Binding,
    Bound,
    Index,
    Part,
    Scope,
    ScopeNode,
    Step,
    inside,
)


def build(tree: ast.Module) -> Index:
    """Index a module."""
    index = Index(tree)
    index.scopes[tree] = Scope(tree, None)
    stack: list[tuple[ast.AST, Scope]] = [(tree, index.scopes[tree])]
    while stack:
        node, scope = stack.pop()
        _record(index, node, scope)
        inner = index.scopes.get(node, scope)
        # Last in, first out: reversed, so that bindings are recorded in source order.
        for child in reversed(list(ast.iter_child_nodes(node))):
            index.parents[child] = node
            within = inner if not isinstance(node, SCOPES) or inside(node, child) else scope
            stack.append((child, within))
    return index


def _record(index: Index, node: ast.AST, scope: Scope) -> None:
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load):
            index.loads[node.id].append(node)
    elif isinstance(node, ast.Attribute):
        if isinstance(node.ctx, ast.Load):
            index.attributes[node.attr].append(node)
    elif isinstance(node, ast.Call):
        _record_call(index, node)
    elif isinstance(node, (ast.Global, ast.Nonlocal)):
        declared = scope.declared_global if isinstance(node, ast.Global) else scope.declared_nonlocal
        declared.update(node.names)
    elif isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
        index.stars.append("." * node.level + (node.module or ""))
        index.star_lines.append(node.lineno)
    elif isinstance(node, SCOPES) and not isinstance(node, ast.Module):
        _record_scope(index, node, scope)
    else:
        for binding in _bindings(node):
            _bind(index, binding, scope)


def _record_call(index: Index, call: ast.Call) -> None:
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
            for binding in _targets(generator.target, generator, generator.iter, Bound.ELEMENT, (Part.EACH,)):
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


def _bindings(node: ast.AST) -> Iterator[Binding]:
    """The names and attributes that a statement, a walrus or a pattern binds."""
    match node:
        case ast.Assign():
            for target in node.targets:
                yield from _targets(target, node, node.value)
        case ast.AnnAssign(value=value) if value or not isinstance(node.target, ast.Name):
            yield from _targets(node.target, node, value, annotation=node.annotation)
        case ast.AnnAssign(target=ast.Name(id=name)):
            # A bare annotation binds nothing at run time, but it says what the name will be.
            yield Binding(name, node, Bound.OTHER, annotation=node.annotation)
        case ast.AugAssign():
            yield from _targets(node.target, node, None, Bound.OTHER)
        case ast.NamedExpr():
            yield Binding(node.target.id, node, Bound.VALUE, node.value)
        case ast.For():
            yield from _targets(node.target, node, node.iter, Bound.ELEMENT, (Part.EACH,))
        case ast.AsyncFor():
            yield from _targets(node.target, node, None, Bound.OTHER)
        case ast.With() | ast.AsyncWith():
            for item in node.items:
                if item.optional_vars:
                    yield from _targets(item.optional_vars, node, None, Bound.OTHER)
        case ast.Delete():
            for target in node.targets:
                yield from _targets(target, node, None, Bound.DELETED)
        case ast.Import() | ast.ImportFrom():
            yield from _imports(node)
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield Binding(name, node, Bound.OTHER)
        case ast.MatchMapping(rest=str(name)):
            yield Binding(name, node, Bound.OTHER)


def _targets(
    target: ast.expr,
    node: ast.AST,
    value: ast.expr | None,
    how: Bound = Bound.VALUE,
    path: tuple[Step, ...] = (),
    annotation: ast.expr | None = None,
) -> Iterator[Binding]:
    if isinstance(target, ast.Name):
        yield Binding(target.id, node, how, value, path, annotation=annotation)
    elif isinstance(target, ast.Attribute):
        yield Binding(target.attr, target, how, value, path, annotation=annotation)
    elif isinstance(target, ast.Subscript):
        key = target.slice.value if isinstance(target.slice, ast.Constant) else ""
        if isinstance(key, str):
            yield Binding(key, target, how, value, path)
    elif isinstance(target, ast.Starred):
        yield from _targets(target.value, node, None, Bound.OTHER)
    elif isinstance(target, (ast.Tuple, ast.List)):
        stars = [position for position, element in enumerate(target.elts) if isinstance(element, ast.Starred)]
        for position, element in enumerate(target.elts):
            place = position - len(target.elts) if stars and position > stars[0] else position
            known = place >= 0 or (not path and isinstance(value, (ast.Tuple, ast.List)))
            if place < 0 and known:
                # Behind a starred element the places count from the end of what is written out.
                place += len(getattr(value, "elts", []))
                known = not any(isinstance(part, ast.Starred) for part in getattr(value, "elts", []))
            yield from _targets(element, node, *((value, how) if known else (None, Bound.OTHER)), (*path, place))


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[Binding]:
    for alias in node.names:
        if isinstance(node, ast.Import):
            first = alias.name.partition(".")[0]
            yield Binding(alias.asname or first, node, Bound.IMPORT, target=alias.name if alias.asname else first)
        elif alias.name != "*":
            module = "." * node.level + (node.module or "")
            joint = "" if module.endswith(".") else "."
            yield Binding(alias.asname or alias.name, node, Bound.IMPORT, target=f"{module}{joint}{alias.name}")
