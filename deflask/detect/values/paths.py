"""The files that a program names: relative to its module, to the app, or to the folder that `__file__` is in."""

from __future__ import annotations

import ast
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deflask.detect.values.evaluate import Evaluator


def paths(argument: ast.expr, app: ast.expr, home: Evaluator) -> list[str]:
    """The paths, relative to the module's folder, at which a file can be that the app loads."""
    path = home.evaluate(argument).value
    if not isinstance(path, str):
        path = _beside(argument, home)
        return [path] if path is not None else []
    if os.path.isabs(path):
        return [path]
    if _instance_relative(app, home):
        # Beside the package, or beside the module that is none (flask/sansio/app.py, `auto_find_instance_path`).
        return [os.path.join(folder, "instance", path) for folder in ("", os.pardir)]
    return [path]


def _instance_relative(app: ast.expr, home: Evaluator) -> bool:
    for origin in home.names.origins(app):
        for keyword in origin.node.keywords if isinstance(origin.node, ast.Call) else ():
            if keyword.arg == "instance_relative_config" and isinstance(keyword.value, ast.Constant):
                return bool(keyword.value.value)
    return False


def _beside(node: ast.expr, home: Evaluator) -> str | None:
    """The literal end of `os.path.join(os.path.dirname(__file__), "settings.py")`, whatever names stand between."""
    match node:
        case ast.Call(func=function, args=[folder, *parts]) if home.names.qualified(function) == "os.path.join":
            texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            return os.path.join(*texts) if len(texts) == len(parts) and _is_own_folder(folder, home) else None
        case ast.BinOp(left=folder, op=ast.Div(), right=ast.Constant(value=str(text))) if _is_own_folder(folder, home):
            return text
    return None


def _is_own_folder(node: ast.expr, home: Evaluator) -> bool:
    """Whether an expression is the folder of `__file__`, or a name for it."""
    node = home.names.written(node)
    steps = [part for part in ast.walk(node) if isinstance(part, (ast.Call, ast.Attribute))]
    names = [part.attr if isinstance(part, ast.Attribute) else "" for part in steps]
    ups = names.count("dirname") + names.count("parent")
    return ups == 1 and any(isinstance(part, ast.Name) and part.id == "__file__" for part in ast.walk(node))
