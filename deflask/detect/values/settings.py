"""What a program sets of an app itself: its attribute `debug`, and keys of its configuration."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from deflask.detect.names import Absent, Binding, Index, Kind, Names, held

CONFIG = "flask.Flask().config"


@dataclass(frozen=True, slots=True)
class Setting:
    """`value` goes to `key` of the configuration of `app`, or to its attribute `debug`; `node` is what does it."""

    app: ast.expr
    key: str
    value: ast.expr
    node: ast.expr | ast.stmt
    attribute: bool = False


def debug_attributes(names: Names) -> Iterator[Setting]:
    """`app.debug = …` and `setattr(app, "debug", …)`."""
    index = names.index
    for binding in index.stores.get("debug", []):
        if isinstance(binding.node, ast.Attribute) and binding.expression is not None:
            yield Setting(binding.node.value, "DEBUG", binding.expression, index.statement(binding.node), True)
    for call in index.calls.get("setattr", []):
        match call.args:
            case [app, ast.Constant(value="debug"), value] if names.qualified(call.func) == "builtins.setattr":
                yield Setting(app, "DEBUG", value, index.statement(call), True)


def config_keys(names: Names, key: str) -> Iterator[Setting]:
    """`app.config[key] = …`, and what `update` and `from_mapping` put there."""
    index = names.index
    if "config" not in index.attributes:
        return
    for binding in (*index.items.get(key, []), *_by_name(index)):
        if isinstance(binding.node, ast.Subscript) and binding.expression and _key(binding.node.slice, names) == key:
            app = possible_owner(binding.node.value, names)
            if app is not None:
                yield Setting(app, key, binding.expression, index.statement(binding.node))
    for call in (call for name in ("update", "from_mapping") for call in index.calls.get(name, [])):
        app = possible_owner(call.func.value, names) if isinstance(call.func, ast.Attribute) else None
        value = given_in(call, key, names) if app is not None else None
        if app is not None and value is not None:
            yield Setting(app, key, value, call)


def _key(node: ast.expr, names: Names) -> object:
    """The key that a subscript names: a constant, or a name that is bound to one."""
    written = names.written(node)
    return written.value if isinstance(written, ast.Constant) else None


def _by_name(index: Index) -> list[Binding]:
    """The assignments to `….config[KEY]`, whatever the key is."""
    bindings = index.items.get("", [])
    return [b for b in bindings if isinstance(b.node, ast.Subscript) and getattr(b.node.value, "attr", "") == "config"]


def possible_owner(config: ast.expr, names: Names) -> ast.expr | None:
    """The same, also where only other files of the project can tell that a parameter is an app."""
    if isinstance(config, ast.Attribute) and config.attr == "config":
        origins = names.origins(config.value)
        if all(origin.kind is Kind.UNKNOWN and isinstance(origin.node, ast.arg) for origin in origins):
            return config.value
    return config_owner(config, names)


def config_owner(config: ast.expr, names: Names) -> ast.expr | None:
    """The app whose configuration an expression is: `app` in `app.config`, also by a second name."""
    if names.qualified(config) != CONFIG:
        return None
    written = names.written(config)
    return written.value if isinstance(written, ast.Attribute) and written.attr == "config" else None


def given_in(call: ast.Call, key: str, names: Names) -> ast.expr | None:
    """The value that a call hands on under a key: by keyword, or in a dictionary."""
    for keyword in call.keywords:
        if keyword.arg == key:
            return keyword.value
    for mapping in (*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg is None)):
        value = held(mapping, key, names)
        if not isinstance(value, Absent):
            return value
    return None
