"""The calls that can switch a debugger on, each with the expression that decides whether it does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from deflask.detect.entry_points import CLASSES, ENTRY_POINTS, FUNCTIONS, EntryPoint
from deflask.detect.flags.elsewhere import called_elsewhere
from deflask.detect.flags.given import Given, is_another, value_of
from deflask.detect.flags.unresolved import UNRESOLVED, may_be
from deflask.detect.module import Module
from deflask.detect.names import Bound

WORDS = frozenset(name.rpartition(".")[2] for name in (*ENTRY_POINTS, *CLASSES, *FUNCTIONS))
"""What entry points are called, as written in a call."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A call of an entry point; `value` decides it, None where the call does not give it.

    `given` are the arguments that the entry point gets. `proved` is False where the receiver only looks like a Flask
    app.
    """

    call: ast.Call
    entry: EntryPoint
    value: ast.expr | None
    given: Given
    proved: bool = True


def flags(module: Module, rule: str) -> Iterator[Flag]:
    """Every call that a rule is about, in source order."""
    for call in _calls(module):
        yield from starts(call.func, call, Given.by(call), rule, module)


def starts(function: ast.expr, call: ast.Call, given: Given, rule: str, module: Module) -> Iterator[Flag]:
    """The flags of a rule where `call` has the entry point `function` called with what is `given`."""
    rows = ENTRY_POINTS.get(module.names.qualified(function) or "", ())
    for entry in rows:
        if entry.rule == rule and not is_another(given, entry, module):
            yield Flag(call, entry, value_of(given, entry, module), given)
    if rows:
        return
    for entry in called_elsewhere(function, given, rule, module):
        yield Flag(call, entry, given.named(entry.flag), given)
        return
    for method, shape, entry in UNRESOLVED:
        if entry.rule == rule and may_be(function, method, shape, module):
            value = value_of(given, entry, module)
            if value is not None:
                yield Flag(call, entry, value, given, proved=False)


def _calls(module: Module) -> list[ast.Call]:
    """The calls whose name is that of an entry point, or an alias of one."""
    return sorted(
        (call for name in words(module) for call in module.index.calls.get(name, [])),
        key=lambda call: (call.lineno, call.col_offset, -(call.end_lineno or 0)),
    )


def words(module: Module) -> set[str]:
    """What entry points are called in a file."""
    found = set(WORDS)
    for scope in module.index.scopes.values():
        for bindings in scope.bindings.values():
            for binding in bindings:
                if binding.how is Bound.IMPORT and binding.target.rpartition(".")[2] in WORDS:
                    found.add(binding.name)
    for name, stores in module.index.stores.items():
        # A method that is kept in an attribute is called by its name.
        if any(isinstance(store.value, ast.Attribute) and store.value.attr in WORDS for store in stores):
            found.add(name)
    return found.union(*(module.index.aliases.get(word, ()) for word in list(found)))
