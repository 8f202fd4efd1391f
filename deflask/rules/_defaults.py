"""Defaults that are on: only the default changes, and what the program accepts stays."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from deflask.detect.module import Module
from deflask.detect.values import Default, How, Source
from deflask.detect.values.environment import SOME_VARIABLE
from deflask.model import Applicability, EditKind, Truth
from deflask.rules._hit import Change, Definition, Hit
from deflask.rules._readers import only_switches
from deflask.rules._switches import Switch, truth_if

_OPPOSITES = {"1": "0", "true": "false", "yes": "no", "on": "off", "y": "n", "t": "f", "enabled": "disabled"}
_PRODUCTION = {"dev": "prod", "devel": "production"}


@dataclass(frozen=True, slots=True)
class _Found:
    """The change of a default in the module `home`, how sure it is and why, and what it means for people."""

    change: Change
    home: Module
    note: str
    applicability: Applicability = Applicability.SAFE
    reason: str | None = None


def by_default(switch: Switch, base: Hit, module: Module) -> Hit | None:
    """The hit at a default that decides, None where there is none whose change would switch it off."""
    for default in reversed(switch.answer.defaults):
        found = _changed(default, switch, module)
        if found is not None:
            applicability, reason = found.applicability, found.reason
            if base.applicability is not Applicability.SAFE:
                applicability, reason = base.applicability, base.reason
            hit = replace(base, changes=(found.change,), applicability=applicability, reason=reason)
            return replace(hit, notes=(found.note,), definition=_place(default, found, switch, module))
    return None


def _changed(default: Default, switch: Switch, module: Module) -> _Found | None:
    if default.source is Source.ENVIRONMENT:
        return _of_environment(default, switch, module)
    literal = _literal(default, module)
    if literal is None:
        return None
    node, home = literal
    if default.source is not Source.LIBRARY:
        return _of_parameter(default, node, home, switch, module)
    note = f"{default.name} is off where it is not set, and read as before"
    text = _text_off(["False", *_texts(node, home)], node, switch, module)
    return _Found(Change(EditKind.VALUE, node, text=text), home, note) if text is not None else None


def _literal(default: Default, module: Module) -> tuple[ast.Constant, Module] | None:
    """The default where it is written out: in place, as a constant that only switches read, or by the one caller."""
    home = module.of_names(default.names)
    if default.node is None or isinstance(default.node, ast.Constant):
        return (default.node, home) if default.node is not None else None
    decided = home.evaluate(default.node).decided_at
    if decided is None:
        passed = [answer.decided_at for answer in home.alternatives(default.node)]
        decided = passed[0] if len(passed) == 1 else None
    if decided is None or not decided.sole or not isinstance(decided.node, ast.Constant):
        return None
    there = module.of_names(decided.names)
    if decided.how is How.ARGUMENT or (decided.how is How.CONSTANT and only_switches(decided.node, there)):
        return decided.node, there
    return None


def _text_off(texts: list[str], node: ast.Constant, switch: Switch, module: Module) -> str | None:
    """The first text with which a default would be off."""
    return next((text for text in texts if truth_if(switch, node, _value(text), module) is Truth.OFF), None)


def _of_parameter(default: Default, node: ast.Constant, home: Module, switch: Switch, module: Module) -> _Found | None:
    what = "the option" if default.source is Source.OPTION else "the parameter"
    on, off = (truth_if(switch, node, value, module) for value in (True, False))
    # What other callers pass may differ.
    if on is not Truth.OFF and off is Truth.OFF:
        note = f"{what} {default.name} is on by itself only where {{env}}=1 is set"
        reason = f"{what} {default.name} would take its default from {{env}}"
        return _Found(Change(EditKind.VALUE, node), home, note, Applicability.UNSAFE, reason)
    text = _text_off(_texts(node, home), node, switch, module)
    note = f"{what} {default.name} is off where it is not given"
    change = Change(EditKind.VALUE, node, text=text)
    return _Found(change, home, note, Applicability.UNSAFE, note) if text is not None else None


def _of_environment(default: Default, switch: Switch, module: Module) -> _Found | None:
    asked = default.asked
    assert isinstance(asked, ast.expr), "the environment is asked by an expression"
    any_text = all(truth_if(switch, asked, text, module) is Truth.ON for text in ("0", "false"))
    literal = _literal(default, module)
    if literal is not None and _is_of_use_elsewhere(asked, switch, module.of_names(default.names)):
        # Whatever reads it, too, may know other words than this flag.
        literal = None
    if literal is not None:
        node, home = literal
        # Where any text is true, only one that the program tells from the others is a default that stays off.
        texts = [text for text in _texts(node, home) if not any_text or _value(text)]
        text = _text_off(texts, node, switch, module)
        if text is not None:
            note = f"{default.name} is off where it is not set, and read as before"
            return _Found(Change(EditKind.VALUE, node, text=text), home, note)
    whole = _whole(asked, switch, module)
    if not any_text or default.name == SOME_VARIABLE or whole is None:
        return None
    return _Found(
        Change(EditKind.VALUE, whole, variable=default.name),
        module.of_names(default.names),
        f"only {default.name}=1 switches debug on now",
        Applicability.UNSAFE,
        f"{default.name}=true or any other text would no longer switch it on, only {default.name}=1",
    )


def _is_of_use_elsewhere(asked: ast.expr, switch: Switch, home: Module) -> bool:
    """Whether what is asked goes to a name that something else reads than places that switch debug mode on."""
    if switch.value is not None and switch.value in (asked, *home.index.ancestors(asked)):
        return False
    statement = home.index.statement(asked)
    value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
    return value is not None and not only_switches(value, home)


def _whole(asked: ast.expr, switch: Switch, module: Module) -> ast.expr | None:
    """The flag, or what defines it, that is nothing but what was asked."""
    decided = switch.answer.decided_at
    written = switch.load.value.node if switch.load is not None and switch.load.value is not None else None
    wholes = [switch.value, written, decided.node if decided is not None else None]
    return next((node for node in wholes if node is not None and _unwrapped(node, module) is asked), None)


def _unwrapped(node: ast.expr, module: Module) -> ast.expr:
    """What stands in `bool(…)`."""
    while isinstance(node, ast.Call) and len(node.args) == 1 and module.names.qualified(node.func) == "builtins.bool":
        node = node.args[0]
    return node


def _texts(node: ast.Constant, home: Module) -> list[str]:
    """Code for values that may be off, the likeliest first, in the quotes of the default."""
    value = node.value
    if isinstance(value, bool):
        return ["False"]
    if isinstance(value, int):
        return ["0"]
    if not isinstance(value, str):
        return []
    quote = home.source.text(node.lineno)[home.source.span(node).column - 1]
    quote = quote if quote in "'\"" else '"'
    return [f"{quote}{other}{quote}" for other in dict.fromkeys(_opposites(value))]


def _opposites(value: str) -> Iterator[str]:
    """`False` for `True`, `production` for `development`, in the case of the old default."""
    lowered = value.lower()
    other = _OPPOSITES.get(lowered) or _PRODUCTION.get(lowered) or "production"
    yield other.upper() if value.isupper() else other.capitalize() if value[:1].isupper() else other
    yield from ("0", "False", "false", "")


def _value(text: str) -> object:
    return ast.literal_eval(text)


def _place(default: Default, found: _Found, switch: Switch, module: Module) -> Definition | None:
    """Where the finding stands: at the switch where the default is part of it, else at what asks for the default."""
    node, home = found.change.node, found.home
    if home is module and switch.node in (node, *home.index.ancestors(node)):
        return None
    if isinstance(default.asked, ast.expr) and default.asked in (node, *home.index.ancestors(node)):
        node = default.asked
    if default.source in (Source.ENVIRONMENT, Source.LIBRARY):
        statement = home.index.statement(node)
        node = node if hasattr(statement, "body") else statement
    return Definition(node, home)
