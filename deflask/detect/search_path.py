"""Which files the name of a module can mean: the folders that are on the path, or put there by the program."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from deflask.detect.names import Bound, Index

_STARTS = re.compile(rb"(?m)^if[^\n]*\b__name__\b")
_MOST_BESIDE = 50
"""Files of a folder that are searched for a program's start."""
_SAME = {"abspath", "realpath", "normpath", "fspath", "str", "Path", "resolve", "absolute", "as_posix"}
_DEEPEST = 20
"""Steps from name to name and call to call; more are no way to a folder."""


@dataclass(eq=False, slots=True)
class SearchPath:
    """The folders below `root` in which modules are looked for."""

    root: str
    files: Callable[[], list[str]]
    """The project's files, asked for when the nearer folders do not have the module."""
    read: Callable[[str], bytes | None]
    _holding: dict[str, list[str]] | None = None
    """For the first part of a module's name, the folders that have it."""
    _beside: dict[str, list[str]] = field(default_factory=dict)
    """The Python files of each folder."""
    _starting: dict[str, bool] = field(default_factory=dict)

    def upwards(self, name: str, folder: str) -> list[str]:
        """The files that a name can mean in a file of `folder`, nearest first: every folder up to the root can be on
        the path, or its `src`."""
        plain = name.lstrip(".")
        level = len(name) - len(plain)
        if level:
            for _ in range(level - 1):
                folder = os.path.dirname(folder)
            return in_folders(plain, [folder])
        folders = [folder]
        top = os.path.normpath(self.root)
        while os.path.normpath(folder) != top and os.path.dirname(folder) != folder:
            folder = os.path.dirname(folder)
            folders.append(folder)
        return in_folders(plain, [base for up in folders for base in (up, os.path.join(up, "src"))])

    def beside_a_start(self, name: str, folder: str) -> list[str]:
        """The files that a name can mean in a folder that holds a program: that folder is then on the path.

        Of several such folders the nearest counts, and none where two are equally near.
        """
        if name.startswith("."):
            return []
        bases = [base for base in self._holders(name.partition(".")[0]) if self._starts_a_program(base)]
        near = sorted((-len(os.path.commonpath([base, folder])), base) for base in bases)
        if len(near) > 1 and near[0][0] == near[1][0]:
            return []
        return in_folders(name, [base for _, base in near[:1]])

    def _holders(self, top: str) -> list[str]:
        if self._holding is None:
            self._holding = {}
            for path in self.files():
                if path.endswith(".py"):
                    module = os.path.dirname(path) if os.path.basename(path) == "__init__.py" else path[:-3]
                    self._beside.setdefault(os.path.dirname(path), []).append(path)
                    above, name = os.path.split(module)
                    self._holding.setdefault(name, []).append(above)
        return list(dict.fromkeys(self._holding.get(top, [])))

    def _starts_a_program(self, folder: str) -> bool:
        if folder not in self._starting:
            beside = self._beside.get(folder, [])[:_MOST_BESIDE]
            self._starting[folder] = any(_STARTS.search(self.read(path) or b"") for path in beside)
        return self._starting[folder]


def in_folders(name: str, folders: Iterable[str]) -> list[str]:
    """The files that a name can mean in some folders: a package, which goes before a module of its name."""
    below = name.replace(".", os.sep)
    return [
        os.path.normpath(os.path.join(base, below + end) if below else os.path.join(base, "__init__.py"))
        for base in folders
        for end in ((os.sep + "__init__.py", ".py") if below else ("",))
    ]


def inserted(index: Index, path: str) -> list[str]:
    """The folders of `sys.path.insert(0, …)` and `sys.path.append(…)` in the file `path`, last first."""
    calls = [*index.calls.get("insert", []), *index.calls.get("append", [])]
    found = []
    for call in calls:
        match call.func:
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="sys"), attr="path")) if call.args:
                folder = _folder(call.args[-1], index, path, _DEEPEST)
                if folder is not None:
                    found.append(os.path.normpath(os.path.join(os.path.dirname(path), folder)))
    return list(reversed(found))


def _folder(node: ast.expr, index: Index, path: str, depth: int) -> str | None:
    """The path that an expression of strings, `os.path` and `pathlib` gives, None where it is something else."""
    if depth == 0:
        return None

    def inner(part: ast.expr) -> str | None:
        return _folder(part, index, path, depth - 1)

    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id="__file__"):
            return path
        case ast.Name(id=name):
            bindings = index.scopes[index.tree].bindings.get(name, [])
            only = bindings[0] if len(bindings) == 1 and bindings[0].how is Bound.VALUE else None
            return inner(only.expression) if only is not None and only.expression is not None else None
        case ast.Attribute(attr="pardir"):
            return os.pardir
        case ast.Attribute(value=below, attr="parent"):
            return _above(inner(below), 1)
        case ast.Subscript(value=ast.Attribute(value=below, attr="parents"), slice=ast.Constant(value=int(steps))):
            return _above(inner(below), steps + 1)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _joined([inner(left), inner(right)])
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=arguments):
            if name == "dirname" and len(arguments) == 1:
                return _above(inner(arguments[0]), 1)
            if name in {"join", "joinpath"}:
                held = [node.func.value] if name == "joinpath" and isinstance(node.func, ast.Attribute) else []
                return _joined([inner(part) for part in (*held, *arguments)])
            if name in _SAME and len(arguments) == 1:
                return inner(arguments[0])
            if name in _SAME and isinstance(node.func, ast.Attribute):
                return inner(node.func.value)
            return os.path.dirname(path) if name in {"getcwd", "cwd"} else None
    return None


def _above(folder: str | None, steps: int) -> str | None:
    for _ in range(steps):
        folder = os.path.dirname(folder) if folder is not None else None
    return folder


def _joined(parts: list[str | None]) -> str | None:
    known = [part for part in parts if part is not None]
    return os.path.join(*known) if known and len(known) == len(parts) else None
