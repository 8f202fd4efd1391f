"""Which bindings of a name can reach a use, following the order of statements and the branches that are taken."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from deflask.detect.names.index import Binding, Bound, Index, Scope
from deflask.model import Truth

Decide = Callable[[ast.expr], Truth]
if sys.version_info >= (3, 11):
    TryNode = ast.Try | ast.TryStar
    TRIES = (ast.Try, ast.TryStar)
else:
    TryNode = ast.Try
    TRIES = (ast.Try,)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_EXITS = {"exit", "quit", "_exit", "abort"}


@dataclass(eq=False, slots=True)
class Flow:
    """Reaching definitions of one module; `decide` says which branch of a condition is taken."""

    index: Index
    decide: Decide
    _holders: dict[tuple[Scope, str], dict[ast.AST, list[Binding]]] = field(default_factory=dict)

    def reaching(self, name: str, use: ast.AST, scope: Scope) -> tuple[list[Binding], bool]:
        """The bindings that can be in force at `use`, and whether one of them certainly is.

        A use in a function sees what the outer scope holds at its end: that is when functions are called.
        """
        holders = self._holding(name, scope)
        if self.index.scope_of(use) is not scope:
            found, certain = self._in_block(_body(scope), holders)
        else:
            found, certain = self._before(use, holders, scope)
        # What functions bind by `global` may come in at any time.
        others = holders.get(scope.node, [])
        found += [b for b in others if b not in found and not (certain and b.how is Bound.PARAMETER)]
        return found, bool(certain or found)

    def at_end(self, name: str, scope: Scope) -> list[Binding]:
        """The bindings that can be in force when all statements of a module have run."""
        holders = self._holding(name, scope)
        found, _ = self._in_block(_body(scope), holders)
        return found + [binding for binding in holders.get(scope.node, []) if binding not in found]

    def _holding(self, name: str, scope: Scope) -> dict[ast.AST, list[Binding]]:
        """For each statement of the scope, the bindings inside it; for the scope itself, those outside of any:
        parameters, and what functions bind by `global`."""
        key = (scope, name)
        if key not in self._holders:
            holders: dict[ast.AST, list[Binding]] = {}
            for binding in scope.bindings.get(name, []):
                chain = [binding.node, *self.index.ancestors(binding.node)]
                until = chain.index(scope.node)
                foreign = any(isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) for node in chain[1:until])
                statements = [node for node in chain[:until] if isinstance(node, (ast.stmt, ast.excepthandler))]
                for node in [scope.node] if foreign or not statements else statements:
                    holders.setdefault(node, []).append(binding)
            self._holders[key] = holders
        return self._holders[key]

    def _before(self, use: ast.AST, holders: dict[ast.AST, list[Binding]], scope: Scope) -> tuple[list[Binding], bool]:
        """Walk back from the use: the statements before it in its block, then those before the block's own."""
        found: list[Binding] = []
        child: ast.AST = use
        for parent in self.index.ancestors(use):
            if (place := self.index.place(child)) is not None:
                earlier, certain = self._in_block(place[0], holders, place[1])
                found += earlier
                if certain:
                    return found, True
            if parent is scope.node:
                break
            around, certain = self._around(parent, child, holders)
            found += [b for b in around if b not in found]
            if certain:
                return found, True
            child = parent
        return found, False

    def _around(
        self, parent: ast.AST, child: ast.AST, holders: dict[ast.AST, list[Binding]]
    ) -> tuple[list[Binding], bool]:
        """What a compound statement itself contributes to a use in its part `child`."""
        mine = holders.get(parent, [])
        if isinstance(parent, TRIES):
            if child in parent.body:
                return [], False
            if child in parent.orelse:
                return self._in_block(parent.body, holders)
            # A handler may run after any part of its `try`.
            return [b for b in mine if b not in holders.get(child, [])], False
        header = [b for b in mine if self._in_header(b, parent)]
        if not isinstance(child, (ast.stmt, ast.excepthandler, ast.match_case)):
            # Where the statement's own expressions are evaluated, only a walrus has bound anything yet.
            header = [b for b in header if isinstance(b.node, ast.NamedExpr) and _position(b.node) < _position(child)]
        if header or not isinstance(parent, _LOOPS) or not isinstance(child, ast.stmt):
            return header, bool(header)
        # A loop comes round again: what stands below the use may have run before it.
        return mine, False

    def _in_header(self, binding: Binding, statement: ast.AST) -> bool:
        """Whether a compound statement binds the name itself, outside of its blocks."""
        node = binding.node
        while node is not statement and not isinstance(node, (ast.stmt, ast.excepthandler)):
            node = self.index.parents[node]
        return node is statement

    def _in_block(
        self, block: list[ast.stmt], holders: dict[ast.AST, list[Binding]], end: int | None = None
    ) -> tuple[list[Binding], bool]:
        """What the statements of a block contribute, or the first `end` of them, the last first."""
        found: list[Binding] = []
        for statement in self._binding_in(block, len(block) if end is None else end, holders):
            inner, certain = self._in_statement(statement, holders)
            found += [b for b in inner if b not in found]
            if certain:
                return found, True
        return found, False

    def _binding_in(self, block: list[ast.stmt], end: int, holders: dict[ast.AST, list[Binding]]) -> Iterator[ast.stmt]:
        """Those statements that bind the name: looked for on the shorter of two ways."""
        first = self.index.place(block[0]) if end > len(holders) else None
        if first is None or first[0] is not block:
            yield from (statement for statement in reversed(block[:end]) if statement in holders)
            return
        places = (self.index.place(holder) for holder in holders)
        numbers = sorted((place[1] for place in places if place is not None and place[0] is block), reverse=True)
        yield from (block[number] for number in numbers if number < end)

    def _in_statement(self, statement: ast.stmt, holders: dict[ast.AST, list[Binding]]) -> tuple[list[Binding], bool]:
        own = [b for b in holders[statement] if self._in_header(b, statement)]
        if isinstance(statement, TRIES):
            return self._in_try(statement, holders)
        if isinstance(statement, ast.If):
            found, certain = self._in_branches(self.taken(statement), holders)
        elif isinstance(statement, (ast.With, ast.AsyncWith)):
            found, certain = self._in_block(statement.body, holders)
        elif isinstance(statement, ast.Match):
            found, certain = self._in_branches([[], *(case.body for case in statement.cases)], holders)
        elif isinstance(statement, _LOOPS):
            found, certain = self._in_branches([[], statement.body, statement.orelse], holders)
            return found + own, False
        else:
            return own[-1:], True
        return (found, certain) if certain or not own else (found + own, True)

    def taken(self, statement: ast.If) -> list[list[ast.stmt]]:
        """The blocks of an `if` that can be entered."""
        truth = self.decide(statement.test)
        entered = [] if truth is Truth.OFF else [statement.body]
        return entered if truth is Truth.ON else [*entered, statement.orelse]

    def _in_branches(
        self, branches: list[list[ast.stmt]], holders: dict[ast.AST, list[Binding]]
    ) -> tuple[list[Binding], bool]:
        # `break` and `continue` only leave a loop, behind which their bindings are in force.
        results = [self._in_block(branch, holders) for branch in branches if not self.leaves(branch, for_good=True)]
        found = [binding for bindings, _ in results for binding in bindings]
        return found, all(certain for _, certain in results)

    def _in_try(self, statement: TryNode, holders: dict[ast.AST, list[Binding]]) -> tuple[list[Binding], bool]:
        last, certain = self._in_block(statement.finalbody, holders)
        if certain:
            return last, True
        handlers = [handler.body for handler in statement.handlers]
        found, certain = self._in_branches([[*statement.body, *statement.orelse], *handlers], holders)
        # What raises may have bound something before, and a handler binds the exception.
        inside = [b for part in (*statement.body, *statement.handlers) for b in holders.get(part, [])]
        found += [b for b in inside if statement.handlers and b not in found]
        return last + found, certain

    def leaves(self, block: list[ast.stmt], for_good: bool = False) -> bool:
        """Whether control never comes out at the end of a block; `for_good`, whether not behind a loop either."""
        return any(self._leaves(statement, for_good) for statement in block)

    def _leaves(self, statement: ast.stmt, for_good: bool) -> bool:
        match statement:
            case ast.Return() | ast.Raise():
                return True
            case ast.Continue() | ast.Break():
                return not for_good
            case ast.Expr(value=ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name))):
                return name in _EXITS and isinstance(statement.value, ast.Call) and self._is_exit(statement.value.func)
            case ast.If():
                return all(self.leaves(block, for_good) for block in self.taken(statement))
            case ast.With() | ast.AsyncWith():
                return self.leaves(statement.body, for_good)
        return False

    def _is_exit(self, function: ast.expr) -> bool:
        """Only `exit()`, `quit()` and those of `sys` and `os` end the program."""
        if isinstance(function, ast.Attribute):
            return isinstance(function.value, ast.Name) and function.value.id in {"sys", "os"}
        return True


def _body(scope: Scope) -> list[ast.stmt]:
    """The statements of a scope; lambdas and comprehensions have none."""
    body = getattr(scope.node, "body", [])
    return body if isinstance(body, list) else []


def _position(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
