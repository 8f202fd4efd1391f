"""Evaluates expressions in the bare world: no environment, no arguments, `__name__` as given."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field, replace
from functools import cached_property

from deflask.detect.entry_points import is_known
from deflask.detect.names import Binding, Bound, Kind, Names, Origin
from deflask.detect.values import environment
from deflask.detect.values.answer import MISSING, Answer, join, known, unknown
from deflask.detect.values.pure import (
    ARITHMETIC,
    COMMAND_LINES,
    COMPARISONS,
    CONSTANTS,
    FUNCTIONS,
    STRING_METHODS,
    SYSTEM,
    UNARY,
    compute,
)
from deflask.model import Truth

_IMPORTED = "<imported>"
"""Stands for the name of a module that is imported, which is certainly not `__main__`."""

_TELLING = re.compile(
    r"debug|(?:^|[^a-z])(?:dev|prod)(?:$|[^a-z])|develop|production|staging|config|setting|environ|host|"
    r"(?:^|_)env(?:$|_)|exists|is_?file|is_?dir|^open$|read_?text|read_?bytes",
    re.IGNORECASE,
)


@dataclass(eq=False)
class Evaluator:
    """Evaluates the expressions of one module, run as a script (`main`) or imported."""

    names: Names
    main: bool
    _answers: dict[ast.expr, Answer] = field(default_factory=dict)

    @cached_property
    def _set_here(self) -> frozenset[str] | None:
        return environment.set_here(self.names.index, self.names)

    def evaluate(self, node: ast.expr) -> Answer:
        """What the expression comes to; UNKNOWN while it is being evaluated (cycles)."""
        if node not in self._answers:
            self._answers[node] = unknown()
            answer = self._evaluate(node)
            if answer.truth is Truth.UNKNOWN and not answer.configured and _telling(node):
                answer = replace(answer, configured=True)
            self._answers[node] = answer
        return self._answers[node]

    def _evaluate(self, node: ast.expr) -> Answer:
        match node:
            case ast.Constant():
                return known(node.value)
            case ast.Name():
                return self._name(node)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Call():
                return self._call(node)
            case ast.Subscript():
                return self._subscript(node)
            case ast.BoolOp():
                return self._boolean(node)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.BinOp():
                return self._binary(node)
            case ast.Compare():
                return self._compare(node)
            case ast.IfExp():
                return self._conditional(node)
            case ast.NamedExpr():
                return self.evaluate(node.value)
            case ast.Tuple() | ast.List() | ast.Set():
                return self._display(node, node.elts)
            case ast.Dict():
                return self._display(node, [*(key for key in node.keys if key), *node.values])
            case ast.JoinedStr():
                literal = any(isinstance(part, ast.Constant) and part.value for part in node.values)
                return Answer(Truth.ON) if literal else unknown()
        return unknown()

    def _name(self, node: ast.Name) -> Answer:
        index = self.names.index
        scope = index.owner(node.id, index.scope_of(node))
        if scope is None:
            if node.id == "__name__":
                return known("__main__" if self.main else _IMPORTED)
            return known(True) if node.id == "__debug__" else unknown()
        bindings, _ = self.names.flow.reaching(node.id, node, scope)
        if len(bindings) == 1 and bindings[0].how is Bound.IMPORT and bindings[0].target in CONSTANTS:
            return known(CONSTANTS[bindings[0].target])
        return join(self._bound(binding) for binding in bindings)

    def _bound(self, binding: Binding) -> Answer:
        """What a binding's name holds, decided where it was bound."""
        value = binding.expression
        if binding.how is not Bound.VALUE or value is None:
            return unknown()
        answer = self.evaluate(value)
        for parent in self.names.index.ancestors(binding.node):
            if isinstance(parent, ast.If):
                # The variables that chose this binding are behind its value, too.
                answer = replace(answer, reads=answer.reads | self.evaluate(parent.test).reads)
        return replace(answer, decided_at=answer.decided_at or value)

    def _attribute(self, node: ast.Attribute) -> Answer:
        if (called := self.names.qualified(node)) in CONSTANTS:
            return known(CONSTANTS[called])
        answers: list[Answer] = []
        for origin in self.names.origins(node.value):
            if origin.kind is Kind.INSTANCE and origin.name == "flask.Flask" and node.attr == "debug":
                answers.append(self._app_debug(origin))
            elif isinstance(origin.definition, ast.ClassDef):
                answers.append(self._member(origin.definition, node.attr))
            elif origin.kind is Kind.INSTANCE and origin.name.startswith(COMMAND_LINES):
                answers.append(unknown(configured=True))
            else:
                answers.append(unknown())
        return join(answers)

    def _member(self, cls: ast.ClassDef, attribute: str) -> Answer:
        """A class attribute, with everything that sets it on the class or an instance."""
        stores = [
            store
            for store in self.names.index.stores.get(attribute, [])
            if isinstance(store.node, ast.Attribute)
            and any(origin.definition is cls for origin in self.names.origins(store.node.value))
        ]
        own = self.names.index.scopes[cls].bindings.get(attribute, [])[-1:]
        if own or stores:
            return join(self._bound(binding) for binding in [*own, *stores])
        bases = [origin.definition for base in cls.bases for origin in self.names.origins(base)]
        return join(self._member(base, attribute) for base in bases if isinstance(base, ast.ClassDef) and base is not cls)

    def _app_debug(self, app: Origin) -> Answer:
        """`app.debug`: what the file sets it to, OFF where nothing does (Flask reads it from an empty environment)."""
        index = self.names.index
        stores = [
            self._bound(store)
            for store in index.stores.get("debug", [])
            if isinstance(store.node, ast.Attribute) and app in self.names.origins(store.node.value)
        ]
        if stores:
            return join(stores)
        configures = any(isinstance(node, ast.Attribute) and node.attr == "config" for node in index.parents)
        return unknown(configured=True) if configures else known(False)

    def _call(self, node: ast.Call) -> Answer:
        called = self.names.qualified(node.func)
        if called in environment.GETTERS:
            return self._environment(node)
        arguments = [self.evaluate(argument) for argument in node.args]
        plain = not node.keywords and not any(isinstance(argument, ast.Starred) for argument in node.args)
        if plain and arguments and called == "builtins.bool":
            truth = arguments[0].truth
            value = MISSING if truth is Truth.UNKNOWN else truth is Truth.ON
            return Answer(truth, value).noting(arguments[0])
        if called in SYSTEM and plain and not arguments:
            return known(SYSTEM[called])
        if plain and called in FUNCTIONS and all(argument.known for argument in arguments):
            result = compute(FUNCTIONS[called], *(argument.value for argument in arguments))
            return _noting(result, arguments)
        if isinstance(node.func, ast.Attribute) and plain and node.func.attr in STRING_METHODS:
            return self._string_method(node.func, arguments)
        return _noting(self._function(node), arguments)

    def _string_method(self, method: ast.Attribute, arguments: list[Answer]) -> Answer:
        text = self.evaluate(method.value)
        if not isinstance(text.value, str) or not all(argument.known for argument in arguments):
            return _noting(unknown(), [text, *arguments])
        result = compute(getattr(str, method.attr), text.value, *(argument.value for argument in arguments))
        return _noting(result, [text, *arguments])

    def _environment(self, call: ast.Call) -> Answer:
        name = environment.read_name(call, self.names)
        key = self.evaluate(name).value if name is not None else None
        reads = frozenset({key}) if isinstance(key, str) else frozenset({"?"})
        if self._set_here is None or key in self._set_here or not isinstance(key, str):
            return Answer(Truth.UNKNOWN, reads=reads, configured=True)
        fallback = environment.default(call)
        answer = self.evaluate(fallback) if fallback is not None else known(None)
        return replace(answer, reads=answer.reads | reads, configured=True)

    def _function(self, call: ast.Call) -> Answer:
        """A function of this file that only decides: `def is_production(): return os.environ.get("ENV") == "prod"`."""
        definitions = [origin.definition for origin in self.names.origins(call.func)]
        if len(definitions) != 1 or not isinstance(definitions[0], ast.FunctionDef) or not _decides(definitions[0]):
            return unknown()
        returned = self._returned(definitions[0].body)
        return join(returned) if returned else unknown()

    def _returned(self, block: list[ast.stmt]) -> list[Answer]:
        """What the return statements that can be reached give, in order."""
        answers: list[Answer] = []
        for statement in block:
            if isinstance(statement, ast.Return):
                return [*answers, self.evaluate(statement.value) if statement.value else known(None)]
            if isinstance(statement, ast.If):
                for branch in self.names.flow.taken(statement):
                    answers += self._returned(branch)
                if self.names.flow.leaves([statement]):
                    return answers
        return answers

    def _subscript(self, node: ast.Subscript) -> Answer:
        if (name := environment.read_name(node, self.names)) is not None:
            key = self.evaluate(name).value
            # Nothing is set, so this raises KeyError: whatever depends on it is not reached with nothing set.
            return Answer(Truth.UNKNOWN, reads=frozenset({key if isinstance(key, str) else "?"}), configured=True)
        if isinstance(node.slice, ast.Slice):
            return self._slice(self.evaluate(node.value), node.slice)
        container, key_answer = self.evaluate(node.value), self.evaluate(node.slice)
        if container.known and key_answer.known:
            found = compute(lambda c, k: c[k], container.value, key_answer.value)
            return _noting(found, [container, key_answer])
        return _noting(unknown(), [container, key_answer])

    def _slice(self, container: Answer, part: ast.Slice) -> Answer:
        bounds = [self.evaluate(bound) if bound else known(None) for bound in (part.lower, part.upper, part.step)]
        if not container.known or not all(bound.known for bound in bounds):
            return _noting(unknown(), [container, *bounds])
        return compute(lambda c, *b: c[slice(*b)], container.value, *(bound.value for bound in bounds))

    def _boolean(self, node: ast.BoolOp) -> Answer:
        answers = [self.evaluate(value) for value in node.values]
        stops = Truth.OFF if isinstance(node.op, ast.And) else Truth.ON
        certain: Answer | None = None
        for answer in answers:
            certain = answer
            if answer.truth is stops or answer.truth is Truth.UNKNOWN:
                break
        if certain is not None and certain.truth is not Truth.UNKNOWN:
            return _noting(certain, answers[: answers.index(certain)])
        # `unknown and off` is off whatever the unknown is.
        if any(answer.truth is stops for answer in answers):
            return _noting(Answer(stops), answers)
        return _noting(unknown(), answers)

    def _unary(self, node: ast.UnaryOp) -> Answer:
        operand = self.evaluate(node.operand)
        if isinstance(node.op, ast.Not) and operand.truth is not Truth.UNKNOWN:
            return known(operand.truth is Truth.OFF).noting(operand)
        result = compute(UNARY[type(node.op)], operand.value) if operand.known else unknown()
        return result.noting(operand)

    def _binary(self, node: ast.BinOp) -> Answer:
        left, right = self.evaluate(node.left), self.evaluate(node.right)
        operation = ARITHMETIC.get(type(node.op))
        if operation is None or not (left.known and right.known):
            return _noting(unknown(), [left, right])
        return _noting(compute(operation, left.value, right.value), [left, right])

    def _compare(self, node: ast.Compare) -> Answer:
        operands = [self.evaluate(operand) for operand in (node.left, *node.comparators)]
        if (absent := self._in_environment(node)) is not None:
            return absent
        if (made := self._is_none(node)) is not None:
            return made
        result: Answer = known(True)
        for operation, left, right in zip(node.ops, operands, operands[1:], strict=False):
            if not (left.known and right.known):
                return _noting(unknown(), operands)
            result = compute(COMPARISONS[type(operation)], left.value, right.value)
            if result.truth is not Truth.ON:
                break
        return _noting(result, operands)

    def _in_environment(self, node: ast.Compare) -> Answer | None:
        """`"X" in os.environ`: nothing is."""
        if not isinstance(node.ops[0], (ast.In, ast.NotIn)) or len(node.ops) > 1:
            return None
        key = self.evaluate(node.left).value
        if self.names.qualified(node.comparators[0]) != "os.environ":
            return None
        if not isinstance(key, str) or self._set_here is None or key in self._set_here:
            return unknown(configured=True)
        return replace(known(isinstance(node.ops[0], ast.NotIn)), reads=frozenset({key}), configured=True)

    def _is_none(self, node: ast.Compare) -> Answer | None:
        """`app is None`, of something that is made in this file."""
        match node:
            case ast.Compare(ops=[ast.Is() | ast.IsNot() as operation], comparators=[ast.Constant(value=None)]):
                origins = self.names.origins(node.left)
                if all(origin.definition is not None or is_known(origin.name) for origin in origins):
                    return known(isinstance(operation, ast.IsNot))
        return None

    def _conditional(self, node: ast.IfExp) -> Answer:
        test = self.evaluate(node.test)
        branches = {Truth.ON: [node.body], Truth.OFF: [node.orelse]}.get(test.truth, [node.body, node.orelse])
        return join(self.evaluate(branch) for branch in branches).noting(replace(test, decided_at=None))

    def _display(self, node: ast.expr, parts: list[ast.expr]) -> Answer:
        if not parts:
            return known(ast.literal_eval(node))
        try:
            return known(ast.literal_eval(node))
        except (ValueError, TypeError, SyntaxError, RecursionError):
            return unknown() if any(isinstance(part, ast.Starred) for part in parts) else Answer(Truth.ON)


def _noting(answer: Answer, others: list[Answer]) -> Answer:
    for other in others:
        answer = answer.noting(other)
    return answer


def _telling(node: ast.expr) -> bool:
    """Whether a name, attribute, key or call in an expression speaks of configuration, a host, a file or a mode."""
    for part in ast.walk(node):
        word = getattr(part, "id", None) or getattr(part, "attr", None) or getattr(part, "value", None)
        if isinstance(word, str) and len(word) < 100 and _TELLING.search(word):
            return True
    return False


def _decides(function: ast.FunctionDef) -> bool:
    """Whether a function has no effect but its result."""
    allowed = (ast.Return, ast.If, ast.Assign, ast.AnnAssign, ast.Pass, ast.Import, ast.ImportFrom)
    statements = [node for node in ast.walk(function) if isinstance(node, ast.stmt) and node is not function]
    return all(
        isinstance(statement, allowed)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in statements
    )
