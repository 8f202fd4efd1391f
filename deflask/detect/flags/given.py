"""The arguments that an entry point gets: written in its call, or handed to what will call it."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from deflask.detect.entry_points import EntryPoint, Unless
from deflask.detect.module import Module
from deflask.detect.names import Absent, Kind, held


@dataclass(frozen=True, slots=True)
class Given:
    """Positional arguments and keywords; an argument can be starred, a keyword without a name is unpacked."""

    positional: tuple[ast.expr, ...]
    keywords: tuple[ast.keyword, ...]

    @classmethod
    def by(cls, call: ast.Call) -> Given:
        """What a call is written with."""
        return cls(tuple(call.args), tuple(call.keywords))

    def named(self, name: str) -> ast.expr | None:
        """The argument that is written as a keyword."""
        return next((keyword.value for keyword in self.keywords if keyword.arg == name), None)

    def at(self, position: int | None, module: Module) -> ast.expr | None:
        """The positional argument at a place, None where there is none or it cannot be told which."""
        arguments = self.spread(module)
        return arguments[position] if position is not None and position < len(arguments) else None

    def spread(self, module: Module) -> list[ast.expr]:
        """The positional arguments, up to the first that may stand for any number of them."""
        arguments: list[ast.expr] = []
        for argument in self.positional:
            if not isinstance(argument, ast.Starred):
                arguments.append(argument)
                continue
            elements = written_out(argument.value, module)
            if elements is None:
                break
            arguments += elements
        return arguments


def written_out(sequence: ast.expr, module: Module) -> list[ast.expr] | None:
    """The elements of a tuple or list that stands here, or of one that a name of this file holds.

    A list can change: the name is to have no other use.
    """
    node: ast.AST = sequence
    if not isinstance(sequence, (ast.Tuple, ast.List)):
        origins = module.names.origins(sequence)
        if len(origins) != 1 or origins[0].kind is not Kind.INSTANCE:
            return None
        used_here = isinstance(sequence, ast.Name) and len(module.index.loads[sequence.id]) == 1
        if not isinstance(origins[0].node, (ast.Tuple, ast.List) if used_here else ast.Tuple):
            return None
        node = origins[0].node
        if node not in module.index.parents:
            # It stands in another file.
            return None
    elements: list[ast.expr] = getattr(node, "elts", [])
    return None if any(isinstance(element, ast.Starred) for element in elements) else elements


def value_of(given: Given, entry: EntryPoint, module: Module) -> ast.expr | None:
    """The expression of the flag: by keyword, by position, or in a dictionary that is unpacked."""
    if (named := given.named(entry.flag)) is not None:
        return named
    if (placed := given.at(entry.position, module)) is not None:
        return placed
    if entry.older is not None:
        position, most = entry.older
        placed = given.at(position, module)
        if placed is not None and len(given.positional) <= most and isinstance(module.evaluate(placed).value, bool):
            return placed
    for keyword in given.keywords:
        if keyword.arg is None:
            found = held(keyword.value, entry.flag, module.names)
            if not isinstance(found, Absent):
                return found
    return None


def is_another(given: Given, entry: EntryPoint, module: Module) -> bool:
    """Whether the arguments show that this is not the entry point, but what other versions made of it."""
    return any(_counts(given, unless, module) for unless in entry.unless)


def _counts(given: Given, unless: Unless, module: Module) -> bool:
    argument = given.named(unless.keyword)
    by_place = argument is None
    argument = given.at(unless.position, module) if by_place else argument
    if argument is None:
        return False
    value = module.evaluate(argument).value
    if unless.values:
        return value in unless.values if isinstance(value, str) else False
    if unless.text and by_place:
        return isinstance(argument, ast.JoinedStr) or (isinstance(value, str) and not value.isdigit())
    return True
