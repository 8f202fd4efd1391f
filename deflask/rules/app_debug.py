"""The debug mode of a Flask app is assigned

`app.debug = True` is what a later `app.run()` starts the debugger with.

Bad:

    app.debug = True
    app.run()

Good:

    app.debug = os.environ.get("FLASK_DEBUG") == "1"
    app.run()

The fix is safe where a run of the same app passes no `debug` of its own, unsafe where no run is in view, and nothing
is reported where every run passes one: the argument outweighs the attribute (Flask 0.10 to 3.1, `Flask.run` in
flask/app.py). Tests set the attribute for good reasons, so files of tests are left alone.

From Flask 1.0 on `run()` reads FLASK_DEBUG itself after the assignment.

Suppress with `# deflask: ignore[DF103]`.

References: CWE-489; CodeQL py/flask-debug; OWASP Top 10 2025 A02.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from deflask.detect.entry_points import triggers
from deflask.detect.flags import flags
from deflask.detect.module import Module
from deflask.detect.names import Kind, Origin, attribute, block_of
from deflask.detect.values import Answer
from deflask.model import Applicability, EditKind
from deflask.rules._hit import Change, Hit, effect, no_longer
from deflask.rules._tests import is_test_code

CODE = "DF103"
TRIGGERS = (*triggers("DF101"), *triggers("DF102"))
DEFAULT = True


@dataclass(frozen=True, slots=True)
class _Assignment:
    app: ast.expr
    value: ast.expr
    statement: ast.stmt


def check(module: Module) -> Iterator[Hit]:
    """Assignments that switch an app's debug mode on."""
    if is_test_code(module.source.path):
        return
    for found in _assignments(module):
        apps = [origin for origin in module.names.origins(found.app) if origin.kind is not Kind.NONE]
        if not apps or any(not _is_flask(origin, module) for origin in apps) or not module.is_on(found.value):
            continue
        reached = module.reached(found.statement)
        explicit = _runs(apps, module)
        if not reached.possible or (explicit and all(explicit)) or _is_set_again(found, apps, module):
            continue
        answer = module.evaluate(found.value)
        applicability, reason = _certainty(found, bool(explicit), answer, module)
        yield Hit(
            node=found.statement,
            message=f"`{ast.unparse(found.app)}.debug` is on with nothing set",
            changes=(Change(EditKind.VALUE, found.value),),
            applicability=applicability,
            reason=reason,
            decided_at=answer.decided_at,
            doubts=reached.doubts,
            notes=("`.debug` is on only where {env}=1 is set",),
        )


def _certainty(found: _Assignment, runs: bool, answer: Answer, module: Module) -> tuple[Applicability, str | None]:
    if isinstance(found.statement, ast.Assign) and len(found.statement.targets) > 1:
        return Applicability.MANUAL, "the same value goes to another name as well"
    if (does := effect(found.value, answer, module)) is not None:
        return does
    if not runs:
        return Applicability.UNSAFE, "no run of the app is in view that would use it"
    return (Applicability.UNSAFE, no_longer(answer.reads)) if answer.reads else (Applicability.SAFE, None)


def _assignments(module: Module) -> Iterator[_Assignment]:
    index = module.index
    for binding in index.stores.get("debug", []):
        if isinstance(binding.node, ast.Attribute) and binding.expression is not None:
            yield _Assignment(binding.node.value, binding.expression, index.statement(binding.node))
    for call in index.calls.get("setattr", []):
        match call.args:
            case [app, ast.Constant(value="debug"), value] if module.names.qualified(call.func) == "builtins.setattr":
                yield _Assignment(app, value, index.statement(call))


def _is_set_again(found: _Assignment, apps: list[Origin], module: Module) -> bool:
    """Whether the same block sets the app's debug mode anew, before any call could use what was set here."""
    block = block_of(module.index.parents[found.statement], found.statement) or []
    rest = block[block.index(found.statement) + 1 :]
    later = {other.statement for other in _assignments(module) if set(module.names.origins(other.app)) == set(apps)}
    for statement in rest:
        if statement in later:
            return True
        if any(isinstance(node, ast.Call) for node in ast.walk(statement)):
            return False
    return False


def _is_flask(origin: Origin, module: Module) -> bool:
    """Whether an instance is a Flask app, of the class itself or of a subclass in this file."""
    if origin.kind is not Kind.INSTANCE:
        return False
    members = attribute(module.names, origin, "wsgi_app", module.source.tree)
    return any(member.name == "flask.Flask().wsgi_app" for member in members)


def _runs(apps: list[Origin], module: Module) -> list[bool]:
    """For each run of one of the apps, whether it passes a debug mode of its own."""
    runs: list[bool] = []
    for rule in ("DF101", "DF102"):
        for flag in flags(module, rule):
            same = any(_is_same(app, other) for app in apps for other in _receiver(flag.call, module))
            if same and flag.entry.serves and flag.entry.passes_debug:
                given = flag.value is not None and module.evaluate(flag.value).value is not None
                runs.append(given)
    return runs


def _is_same(app: Origin, other: Origin) -> bool:
    """Whether two instances can be one: made at one place, or `self` and an instance of its class."""
    return app == other or (app.definition is not None and app.definition is other.definition)


def _receiver(call: ast.Call, module: Module) -> set[Origin]:
    """The apps that a run may be of: what the method is called on, and what it is handed."""
    function = call.func.args[0] if isinstance(call.func, ast.Call) else call.func
    receiver = function.value if isinstance(function, ast.Attribute) else function
    return {origin for node in (receiver, *call.args[:1]) for origin in module.names.origins(node)}
