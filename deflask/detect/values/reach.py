"""Whether a program started with nothing set gets to a node: the conditions, exits and callers on the way."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from deflask.detect.names import Names, callers
from deflask.detect.values.answer import Answer, known, unknown
from deflask.detect.values.evaluate import Evaluator
from deflask.model import Truth

FunctionDef = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Doubt:
    """A branch whose condition reads configuration: it counts only if every branch of `statement` is on."""

    statement: ast.AST
    branch: ast.AST


@dataclass(frozen=True, slots=True)
class Reached:
    """Whether a node can be reached, and under which doubts."""

    possible: bool
    doubts: tuple[Doubt, ...] = ()


@dataclass(eq=False, slots=True)
class Reach:
    """Answers for one module in one of the two ways it can start, as a script or imported."""

    names: Names
    evaluator: Evaluator
    _visiting: set[ast.AST] = field(default_factory=set)
    _first_exits: dict[int, int] = field(default_factory=dict)
    """For each block, by identity, the position of the first statement behind which nothing is reached."""

    def reached(self, node: ast.AST) -> Reached:
        """Follow the way from a node out to the module, through the callers that are in view."""
        doubts: list[Doubt] = []
        child = node
        for parent in self.names.index.ancestors(node):
            for condition, wanted in self._conditions(parent, child):
                if condition.truth is Truth.UNKNOWN and condition.configured:
                    doubts.append(Doubt(parent, child))
                elif condition.truth not in (wanted, Truth.UNKNOWN):
                    return Reached(False)
            if self._left_before(child):
                return Reached(False)
            if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef)) and isinstance(child, ast.stmt):
                called = self._called(parent)
                if not called.possible:
                    return called
                return Reached(True, (*doubts, *called.doubts))
            child = parent
        return Reached(True, tuple(doubts))

    def _called(self, function: FunctionDef) -> Reached:
        """Whether any caller is reached; a function whose callers are not in view counts as called."""
        calls = callers(function, self.names) if function not in self._visiting else None
        if calls is None or not calls:
            return Reached(True)
        self._visiting.add(function)
        try:
            ways = [way for way in map(self.reached, calls) if way.possible]
        finally:
            self._visiting.discard(function)
        return min(ways, key=lambda way: len(way.doubts), default=Reached(False))

    def _conditions(self, parent: ast.AST, child: ast.AST) -> list[tuple[Answer, Truth]]:
        """What must hold for control to get from a node into its part `child`."""
        evaluate = self.evaluator.evaluate
        match parent:
            case ast.If() | ast.While() if child is not parent.test:
                wanted = Truth.ON if child in parent.body else Truth.OFF
                return (
                    [] if isinstance(parent, ast.While) and wanted is Truth.OFF else [(evaluate(parent.test), wanted)]
                )
            case ast.IfExp() if child is not parent.test:
                return [(evaluate(parent.test), Truth.ON if child is parent.body else Truth.OFF)]
            case ast.BoolOp():
                wanted = Truth.ON if isinstance(parent.op, ast.And) else Truth.OFF
                return [(evaluate(value), wanted) for value in parent.values[: parent.values.index(child)]]  # type: ignore[arg-type]
            case ast.match_case() if child in parent.body:
                return self._case(parent)
        return []

    def _case(self, case: ast.match_case) -> list[tuple[Answer, Truth]]:
        statement = self.names.index.parents[case]
        assert isinstance(statement, ast.Match)
        subject = self.evaluator.evaluate(statement.subject)
        answers = [(_matches(subject, case.pattern), Truth.ON)]
        answers += [
            (_matches(subject, earlier.pattern), Truth.OFF)
            for earlier in statement.cases[: statement.cases.index(case)]
            if earlier.guard is None
        ]
        return answers + ([(self.evaluator.evaluate(case.guard), Truth.ON)] if case.guard else [])

    def _left_before(self, child: ast.AST) -> bool:
        """Whether a statement before `child` in its block always leaves it."""
        place = self.names.index.place(child)
        if place is None:
            return False
        block, number = place
        if id(block) not in self._first_exits:
            exits = (position for position, statement in enumerate(block) if self._leaves(statement))
            self._first_exits[id(block)] = next(exits, len(block))
        return self._first_exits[id(block)] < number

    def _leaves(self, statement: ast.stmt) -> bool:
        if isinstance(statement, ast.If) and not self.evaluator.main:
            test = self.evaluator.evaluate(statement.test).truth
            blocks = {Truth.ON: [statement.body], Truth.OFF: [statement.orelse]}
            return all(self.names.flow.leaves(b) for b in blocks.get(test, [statement.body, statement.orelse]))
        return self.names.flow.leaves([statement])


def _matches(subject: Answer, pattern: ast.pattern) -> Answer:
    match pattern:
        case ast.MatchValue(value=ast.Constant(value=value)) | ast.MatchSingleton(value=value) if subject.known:
            return known(subject.value == value).noting(subject)
        case ast.MatchAs(pattern=None):
            return known(True)
        case ast.MatchOr(patterns=patterns):
            answers = [_matches(subject, inner) for inner in patterns]
            for answer in answers:
                if answer.truth is not Truth.OFF:
                    return answer
            return answers[0]
    return unknown(subject.configured)
