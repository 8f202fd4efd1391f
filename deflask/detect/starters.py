"""Which other file of a project starts a module's server by importing it: under a guard it would start no more."""

from __future__ import annotations

import ast
import os
import re

from deflask.detect.module import Module
from deflask.detect.names import joined

_COMMAND = re.compile(rb"""-c["',\s\\]+(?:[^"'\n]*;\s*)?import\s+([\w.]+)""")


def starter(module: Module) -> str | None:
    """The file, relative to the project, that imports a module for its effect alone; None where none does."""
    if module.project is None:
        return None
    stem = os.path.basename(module.location).removesuffix(".py")
    for path in module.project.mentioning(stem):
        if path == module.location:
            continue
        if _imports(path, module) if path.endswith(".py") else _runs(path, module):
            return os.path.relpath(path, module.project.root).replace(os.sep, "/")
    return None


def _imports(path: str, module: Module) -> bool:
    """Whether a Python file imports the module itself and uses nothing of it."""
    assert module.project is not None
    other = module.project.module_at(path)
    if other is None:
        return False
    for node in ast.walk(other.source.tree):
        if isinstance(node, ast.Import):
            names = {alias.asname or alias.name.partition(".")[0]: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = "." * node.level + (node.module or "")
            names = {alias.asname or alias.name: joined(package, alias.name) for alias in node.names}
        else:
            if isinstance(node, ast.Call) and _is_run_by(node, path, module):
                return True
            continue
        for bound, name in names.items():
            if module.project.find(name, path) is module.project.module_at(module.location):
                return not other.index.loads.get(bound)
    return False


def _is_run_by(call: ast.Call, path: str, module: Module) -> bool:
    """Whether a call runs the module under another name than `__main__`: `import_module("server")` and its like."""
    match call:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[ast.Constant(value=str(text)), *_]):
            as_main = any(getattr(keyword.value, "value", None) == "__main__" for keyword in call.keywords)
        case _:
            return False
    assert module.project is not None
    if name in {"import_module", "__import__", "run_module"} and not as_main:
        return module.project.find(text, path) is module.project.module_at(module.location)
    beside = os.path.normpath(os.path.join(os.path.dirname(path), text))
    return name in {"run_path", "open"} and not as_main and beside == os.path.normpath(module.location)


def _runs(path: str, module: Module) -> bool:
    """Whether a file holds a command such as `python -c "import server"` for the module."""
    assert module.project is not None
    place = os.path.splitext(module.location)[0].replace(os.sep, "/")
    commands = _COMMAND.finditer(module.project.read(path) or b"")
    return any(f"/{place}".endswith("/" + found[1].decode().replace(".", "/")) for found in commands)
