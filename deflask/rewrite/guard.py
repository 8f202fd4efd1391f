"""Which statement the `__main__` guard goes round, or why none can."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import PurePath

from deflask.detect.entry_points import CLASSES
from deflask.detect.module import Module
from deflask.detect.names import FUNCTIONS, Binding, Bound, Kind, calls_of, inside
from deflask.detect.starters import starter

PRESENT = "present"
ADDED = "added"
NOT_NEEDED = "not needed"
OPTION = "left: --no-guard"
_BINDS = "the same statement binds"


class _LeftError(Exception):
    """No guard can be put here; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What becomes of the guard, in the words of the JSON contract, and the statements to wrap."""

    state: str
    statements: tuple[ast.stmt, ...] = ()


def plan(call: ast.expr | ast.stmt, module: Module) -> Guard:
    """Decide for one call that starts a server."""
    name = PurePath(module.source.path).name
    if not module.imported.reached(call).possible:
        return Guard(PRESENT)
    sites = _sites(call, module, ())
    # A kernel runs cells as `__main__`, and nobody imports a notebook.
    if name == "__main__.py" or module.source.notebook is not None or not sites:
        return Guard(NOT_NEEDED)
    open_sites = [site for site in sites if module.imported.reached(site.node).possible]
    if not open_sites:
        return Guard(PRESENT)
    if name == "__init__.py":
        return Guard("left: a package's __init__.py never runs as __main__")
    functions = {function for site in open_sites for function in site.functions}
    if (other := starter(module, functions)) is not None:
        return Guard(f"left: {other} imports it to start the server")
    try:
        return Guard(ADDED, tuple(dict.fromkeys(_statement(site, module) for site in open_sites)))
    except _LeftError as left:
        return Guard(f"left: {left}")


@dataclass(frozen=True, slots=True)
class _Site:
    """A place at module level from which an import gets to the call, and the functions on the way."""

    node: ast.AST
    functions: tuple[ast.AST, ...]


def _sites(node: ast.AST, module: Module, seen: tuple[ast.AST, ...]) -> list[_Site]:
    """The call itself, if it stands at module level, or the calls of its function."""
    child = node
    for parent in module.index.ancestors(node):
        if isinstance(parent, FUNCTIONS) and inside(parent, child):
            calls = calls_of(parent, module.names) if parent not in seen else []
            return [site for call in calls for site in _sites(call, module, (*seen, parent))]
        child = parent
    return [_Site(node, seen)]


def _statement(site: _Site, module: Module) -> ast.stmt:
    """The statement to wrap, from the outermost inwards. Raises _LeftError."""
    if not module.as_script.reached(site.node).possible:
        raise _LeftError("it runs only when the module is imported")
    if "__name__" in module.index.scopes[module.source.tree].bindings:
        raise _LeftError("the module sets __name__ itself")
    chain = [node for node in (site.node, *module.index.ancestors(site.node)) if isinstance(node, ast.stmt)]
    for node in chain:
        if isinstance(node, ast.ClassDef):
            raise _LeftError("it runs in a class body")
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            raise _LeftError(f"it runs while {node.name} is being defined")
    for statement in reversed(chain):
        if _is_elif(statement, module):
            continue
        read = _read_elsewhere((statement, *site.functions), module)
        if read is None:
            return _alone_on_its_line(statement, module)
        if statement is chain[0] or not isinstance(statement, (ast.If, ast.With, ast.Match)):
            raise _LeftError(read)
    raise _LeftError("no statement can be guarded by itself")


def _is_elif(statement: ast.stmt, module: Module) -> bool:
    """An `elif` is no statement that can be moved by itself."""
    parent = module.index.parents[statement]
    if not (isinstance(statement, ast.If) and isinstance(parent, ast.If) and parent.orelse == [statement]):
        return False
    return module.source.lines[statement.lineno - 1][statement.col_offset :].startswith(b"elif")


def _alone_on_its_line(statement: ast.stmt, module: Module) -> ast.stmt:
    if shares_line(statement, module):
        raise _LeftError("other code shares its line")
    return statement


def shares_line(statement: ast.stmt, module: Module) -> bool:
    """Whether a statement shares a line with other code than the colon of the block that it begins."""
    lines = module.source.lines
    before = lines[statement.lineno - 1][: statement.col_offset]
    joined = statement.lineno > 1 and lines[statement.lineno - 2].rstrip(b"\r\n").endswith(b"\\")
    block, position = module.index.place(statement) or ([], 0)
    following = block[position + 1 : position + 2]
    shares = any(after.lineno == statement.end_lineno for after in following)
    shares = shares or _joins_next(statement, following, lines)
    first = not before.strip() or (before.rstrip().endswith(b":") and position == 0)
    return shares or joined or not first


def _joins_next(statement: ast.stmt, following: list[ast.stmt], lines: list[bytes]) -> bool:
    """Whether a backslash behind a semicolon joins the next statement to the line."""
    rest = lines[(statement.end_lineno or statement.lineno) - 1][statement.end_col_offset or 0 :]
    return bool(following) and b"#" not in rest and b";" in rest and rest.rstrip(b"\r\n").endswith(b"\\")


def _read_elsewhere(parts: tuple[ast.AST, ...], module: Module) -> str | None:
    """Why something else needs what a statement, or a function that it calls, binds in the module; None if nothing."""
    parts = (parts[0], *_reached_functions(parts, module))
    within = {node for part in parts for node in ast.walk(part)}
    if any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in ast.walk(parts[0])):
        return f"{_BINDS} names by a star import"
    scope = module.index.scopes[module.source.tree]
    own = within - set(parts[1:])
    names = {binding.name for node in own for binding in module.bound_at.get(node, ())}
    for name in sorted(names, key=lambda name: _position(scope.bindings[name][0].node)):
        mine = [binding for binding in scope.bindings[name] if binding.node in own]
        others = [binding for binding in scope.bindings[name] if binding.node not in own]
        if _imported_by_others(name, mine, module) or _read_by_others(name, within, others, module):
            result = any(binding.node is parts[0] for binding in mine) and not hasattr(parts[0], "body")
            return f"its result {name} is used later" if result else f"{_BINDS} {name}, which is read elsewhere"
    return None


def _position(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _reached_functions(parts: tuple[ast.AST, ...], module: Module) -> list[ast.AST]:
    """The functions of the file that some parts of it call, and those that these call."""
    found = list(parts[1:])
    pending = list(parts)
    while pending:
        for node in ast.walk(pending.pop()):
            for origin in module.names.origins(node.func) if isinstance(node, ast.Call) else ():
                function = origin.definition
                if isinstance(function, FUNCTIONS) and function not in found and function in module.index.scopes:
                    found.append(function)
                    pending.append(function)
    return found


def _read_by_others(name: str, within: set[ast.AST], others: list[Binding], module: Module) -> bool:
    """Whether the rest of the module reads, deletes or adds to a name of the module."""
    index = module.index
    scope = index.scopes[index.tree]
    return any(isinstance(b.node, ast.AugAssign) or b.how is Bound.DELETED for b in others) or any(
        load not in within and index.owner(name, index.scope_of(load)) is scope for load in index.loads.get(name, [])
    )


def _imported_by_others(name: str, bindings: list[Binding], module: Module) -> bool:
    """Whether whoever imports the module counts on a name: it is exported, registered, or a Flask app."""
    return name in _exported(module) or any(
        bool(getattr(binding.node, "decorator_list", [])) or _is_an_app(binding, module) for binding in bindings
    )


def _exported(module: Module) -> set[str]:
    """The names in `__all__`."""
    bindings = module.index.scopes[module.source.tree].bindings.get("__all__", [])
    lists = [binding.value for binding in bindings if isinstance(binding.value, (ast.List, ast.Tuple))]
    return {str(name.value) for names in lists for name in names.elts if isinstance(name, ast.Constant)}


def _is_an_app(binding: Binding, module: Module) -> bool:
    """A WSGI server imports a Flask app from the module by its name."""
    value = binding.expression
    if binding.how is not Bound.VALUE or value is None:
        return False
    return any(
        origin.kind is Kind.INSTANCE and (origin.name in CLASSES.values() or origin.definition is not None)
        for origin in module.names.origins(value)
    )
