"""Defaults that are on: only the default changes, and what the program accepts stays."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from deflask.detect.module import Module
from deflask.detect.values import Default, Source, known
from deflask.detect.values.environment import SOME_VARIABLE
from deflask.model import Applicability, EditKind, Truth
from deflask.rules._hit import Change, Definition, Hit
from deflask.rules._switches import Switch

_OPPOSITES = {"1": "0", "true": "false", "yes": "no", "on": "off", "y": "n", "t": "f", "enabled": "disabled"}
_PRODUCTION = {"dev": "prod", "devel": "production"}


def by_default(switch: Switch, base: Hit, module: Module) -> Hit | None:
    """The hit at a default that decides, None where there is none whose change would switch it off."""
    if switch.value is None:
        return None
    for default in reversed(switch.answer.defaults):
        found = _changed(default, switch, module)
        if found is not None:
            change, applicability, reason, note = found
            if base.applicability is not Applicability.SAFE:
                applicability, reason = base.applicability, base.reason
            hit = replace(base, changes=(change,), applicability=applicability, reason=reason, notes=(note,))
            return replace(hit, definition=_place(default, change, switch, module))
    return None


_Found = tuple[Change, Applicability, str | None, str]


def _changed(default: Default, switch: Switch, module: Module) -> _Found | None:
    """The change of one default, how sure it is, why, and what it means for people."""
    if default.source is Source.ENVIRONMENT:
        return _of_environment(default, switch, module)
    node = default.node
    if not isinstance(node, ast.Constant):
        return None
    if default.source is Source.LIBRARY:
        texts = ["False", *_texts(node, module.of_names(default.names))]
        text = next((text for text in texts if _truth(node, _value(text), switch, module) is Truth.OFF), None)
        note = f"{default.name} is off where it is not set, and read as before"
        return (Change(EditKind.VALUE, node, text=text), Applicability.SAFE, None, note) if text else None
    return _of_parameter(default, node, switch, module)


def _of_parameter(default: Default, node: ast.Constant, switch: Switch, module: Module) -> _Found | None:
    what = "the option" if default.source is Source.OPTION else "the parameter"
    reason = f"{what} {default.name} would take its default from {{env}}"
    note = f"{what} {default.name} is on by itself only where {{env}}=1 is set"
    on, off = (_truth(node, value, switch, module) for value in (True, False))
    # What other callers pass may differ.
    if on is not Truth.OFF and off is Truth.OFF:
        return Change(EditKind.VALUE, node), Applicability.UNSAFE, reason, note
    for text in _texts(node, module.of_names(default.names)):
        if _truth(node, _value(text), switch, module) is Truth.OFF:
            note = f"{what} {default.name} is off where it is not given"
            return Change(EditKind.VALUE, node, text=text), Applicability.UNSAFE, note, note
    return None


def _of_environment(default: Default, switch: Switch, module: Module) -> _Found | None:
    asked, node = default.asked, default.node
    assert isinstance(asked, ast.expr), "the environment is asked by an expression"
    any_text = all(_truth(asked, text, switch, module) is Truth.ON for text in ("0", "false"))
    if isinstance(node, ast.Constant):
        for text in _texts(node, module.of_names(default.names)):
            value = _value(text)
            # Where any text is true, only one that the program tells from the others is a default that stays off.
            if (not any_text or value) and _truth(node, value, switch, module) is Truth.OFF:
                note = f"{default.name} is off where it is not set, and read as before"
                return Change(EditKind.VALUE, node, text=text), Applicability.SAFE, None, note
    decided = switch.answer.decided_at
    wholes = [switch.value, *([decided.node] if decided else [])]
    whole = next((node for node in wholes if node is not None and _unwrapped(node, module) is asked), None)
    if not any_text or default.name == SOME_VARIABLE or whole is None:
        return None
    reason = f"{default.name}=true or any other text would no longer switch it on, only {default.name}=1"
    note = f"only {default.name}=1 switches debug on now"
    return Change(EditKind.VALUE, whole, variable=default.name), Applicability.UNSAFE, reason, note


def _unwrapped(node: ast.expr, module: Module) -> ast.expr:
    """What stands in `bool(…)`."""
    while isinstance(node, ast.Call) and len(node.args) == 1 and module.names.qualified(node.func) == "builtins.bool":
        node = node.args[0]
    return node


def _truth(node: ast.expr, value: object, switch: Switch, module: Module) -> Truth:
    """What the switch comes to if an expression had another value."""
    assert switch.value is not None
    return module.as_script.evaluator.assuming({node: known(value)}).evaluate(switch.value).truth


def _texts(node: ast.Constant, home: Module) -> Iterator[str]:
    """Code for values that may be off, the likeliest first, in the quotes of the default."""
    value = node.value
    if isinstance(value, bool):
        yield "False"
    elif isinstance(value, int):
        yield "0"
    elif isinstance(value, str):
        quote = home.source.text(node.lineno)[home.source.span(node).column - 1]
        quote = quote if quote in "'\"" else '"'
        for other in dict.fromkeys((_opposite(value), "0", "False", "false", "")):
            yield f"{quote}{other}{quote}"


def _opposite(value: str) -> str:
    """`False` for `True`, `production` for `development`, in the case of the old default."""
    lowered = value.lower()
    other = _OPPOSITES.get(lowered) or _PRODUCTION.get(lowered) or "production"
    return other.upper() if value.isupper() else other.capitalize() if value[:1].isupper() else other


def _value(text: str) -> object:
    return ast.literal_eval(text)


def _place(default: Default, change: Change, switch: Switch, module: Module) -> Definition | None:
    """Where the finding stands: at the switch where the default is part of it, else at what asks for the default."""
    home = module.of_names(default.names)
    if home is module and switch.node in (change.node, *module.index.ancestors(change.node)):
        return None
    asked = default.asked
    node = asked if isinstance(asked, ast.expr) else change.node
    if default.source in (Source.ENVIRONMENT, Source.LIBRARY):
        statement = home.index.statement(node)
        node = node if hasattr(statement, "body") else statement
    return Definition(node, home)
