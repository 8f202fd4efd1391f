"""Every place of a file that can switch debug mode on, whatever rule it belongs to in the end."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from deflask.detect.flags import Flag, flags, indirect, is_app, is_public, known_elsewhere, may_be_app
from deflask.detect.module import Module
from deflask.detect.names import FUNCTIONS, Kind, Origin
from deflask.detect.runs import explicit_runs
from deflask.detect.values import Answer, join, known
from deflask.detect.values.config import same
from deflask.detect.values.loads import Load, loads
from deflask.detect.values.settings import Setting, config_keys, debug_attributes
from deflask.files.testcode import is_test_code
from deflask.model import Applicability, Truth

Certainty = tuple[Applicability, str | None]
SAFE: Certainty = (Applicability.SAFE, None)
ARGUMENT_NOTE = "only {env}=1 switches debug on now: {env}=true no longer does, and .flaskenv is read too late for it"
RELOADER_NOTE = "with use_reloader=True a .flaskenv that holds {env}=1 can still switch the debugger on"
SOCKETIO_NOTE = "in SocketIO's threading mode FLASK_DEBUG=true or a .flaskenv can still switch the debugger on"
_STARTS = {
    "DF101": "starts Flask's debugger",
    "DF102": "starts Flask's debugger",
    "DF105": "starts Werkzeug's debugger",
    "DF110": "is handed a run that starts the debugger",
}
_RUNS = re.compile(r"run|serve|start|main|launch|listen", re.IGNORECASE)
SETTING_NOTE = "debug mode is on only where {env}=1 is set"


@dataclass(frozen=True, slots=True)
class Switch:
    """`node` switches debug mode on if `value`, or what `load` loads, is on; `does` says so in words.

    `certainty` is what is known before a look at the value: a receiver that is not proved, no run in view.
    """

    rule: str
    node: ast.expr | ast.stmt
    value: ast.expr | None
    answer: Answer
    does: str
    certainty: Certainty = SAFE
    serves: bool = False
    public: bool = False
    notes: tuple[str, ...] = ()
    load: Load | None = None


def truth_if(switch: Switch, node: ast.expr, value: object, module: Module) -> Truth:
    """What a switch comes to if an expression, here or in another module, had another value."""
    evaluator = module.as_script.evaluator.assuming({node: known(value)})
    if switch.value is not None:
        return evaluator.evaluate(switch.value).truth
    return join(load.answer for load in loads("DEBUG", evaluator) if load.node is switch.node).truth


@lru_cache(maxsize=64)
def switches(module: Module) -> tuple[Switch, ...]:
    """All of a file's, in the order of rules and source."""
    return (*_calls(module), *(() if is_test_code(module.source.path) else _settings(module)))


def _calls(module: Module) -> Iterator[Switch]:
    for rule, does in _STARTS.items():
        for flag in indirect(module) if rule == "DF110" else flags(module, rule):
            if flag.value is None or flag.entry.flag == "evalex":
                continue
            for answer in module.alternatives(flag.value):
                yield Switch(
                    rule,
                    flag.call,
                    flag.value,
                    answer,
                    f"`{called(flag.call)}` {does}",
                    SAFE if flag.proved else (Applicability.UNSAFE, "its receiver cannot be resolved"),
                    flag.entry.serves,
                    is_public(flag, module),
                    _notes(flag, module),
                )


def _notes(flag: Flag, module: Module) -> tuple[str, ...]:
    in_socketio = module.names.qualified(flag.call.func) == "flask_socketio.SocketIO().run"
    reloads = any(k.arg == "use_reloader" and module.is_on(k.value) for k in flag.call.keywords)
    first = SOCKETIO_NOTE if in_socketio else ARGUMENT_NOTE
    return (first, RELOADER_NOTE) if flag.entry.serves and reloads else (first,)


def called(call: ast.Call) -> str:
    """What is called, as the source says it where that is short."""
    text = ast.unparse(call.func)
    if len(text) <= 40 and "\n" not in text:
        return text
    return call.func.attr if isinstance(call.func, ast.Attribute) else text[:37] + "..."


def _settings(module: Module) -> Iterator[Switch]:
    evaluator = module.as_script.evaluator
    for setting in debug_attributes(module.names):
        yield from _setting("DF103", setting, f"`{ast.unparse(setting.app)}.debug` is on", module)
    for setting in config_keys(module.names, "DEBUG"):
        yield from _setting("DF104", setting, f"the DEBUG of `{ast.unparse(setting.app)}.config` is on", module)
    for load in loads("DEBUG", evaluator):
        certainty = _certainty(load.app, load.node, module)
        if certainty is not None:
            does = f"`{called(load.node)}` loads a DEBUG that is on"
            yield Switch("DF107", load.node, None, load.answer, does, certainty, notes=(SETTING_NOTE,), load=load)


def _setting(rule: str, setting: Setting, does: str, module: Module) -> Iterator[Switch]:
    if _is_of_another(setting.app, module):
        return
    answers = module.alternatives(setting.value)
    on = any(answer.truth is Truth.ON for answer in answers)
    certainty = _certainty(setting.app, setting.node, module) if on else SAFE
    if certainty is None:
        return
    statement = module.index.statement(setting.node)
    if isinstance(statement, ast.Assign) and len(statement.targets) > 1:
        certainty = (Applicability.MANUAL, "the same value goes to another name as well")
    for answer in answers:
        yield Switch(rule, setting.node, setting.value, answer, does, certainty, notes=(SETTING_NOTE,))


def _is_of_another(app: ast.expr, module: Module) -> bool:
    """Whether something is known to be no app; asked first, because its value may take long to be found out."""
    known_kinds = (origin for origin in module.names.origins(app) if origin.kind not in (Kind.UNKNOWN, Kind.NONE))
    return any(not is_app(origin, module.names, module.source.tree) for origin in known_kinds)


def _certainty(app: ast.expr, node: ast.AST, module: Module) -> Certainty | None:
    """How sure it is that a setting of an app matters: None where it does not."""
    apps = tuple(origin for origin in known_elsewhere(app, module) if origin.kind is not Kind.NONE)
    if may_be_app(app, module) and all(origin.kind is Kind.UNKNOWN for origin in apps):
        return Applicability.UNSAFE, "its receiver cannot be resolved"
    if not apps or any(not is_app(origin, module.names, module.source.tree) for origin in apps):
        return None
    runs = explicit_runs(apps, node, module)
    if (runs and all(runs)) or _is_set_again(module.index.statement(node), apps, module):
        return None
    if not runs and _stays_here(app, node, apps, module):
        return None
    return SAFE if runs else (Applicability.UNSAFE, "no run of the app is in view that would use it")


def _stays_here(app: ast.expr, node: ast.AST, apps: tuple[Origin, ...], module: Module) -> bool:
    """Whether an app is made in the same function and goes nowhere from there: nobody can serve it."""
    index = module.index
    scope = index.scope_of(node)
    made_here = all(o.node in index.parents and o.node is not None and index.scope_of(o.node) is scope for o in apps)
    if not isinstance(app, ast.Name) or scope.parent is None or not made_here or app.id in scope.declared_global:
        return False
    uses = [use for use in index.loads.get(app.id, []) if index.owner(app.id, index.scope_of(use)) is scope]
    return not any(_leads_on(use, module) for use in uses)


def _leads_on(use: ast.expr, module: Module) -> bool:
    """Whether a use of an app is more than asking it something or handing it to an extension."""
    parent = module.index.parents[use]
    call = module.index.parents.get(parent) if isinstance(parent, ast.keyword) else parent
    if isinstance(parent, ast.Attribute):
        return bool(_RUNS.search(parent.attr))
    return not isinstance(call, ast.Call) or _may_run(call, module)


def _is_set_again(statement: ast.stmt, apps: tuple[Origin, ...], module: Module) -> bool:
    """Whether the same block sets the app's debug mode anew, before any run could use what was set here."""
    block, position = module.index.place(statement) or ([], 0)
    later = {place for place, origins in _places(module) if same(origins, apps)}
    for following in block[position + 1 :]:
        if following in later:
            return True
        if any(_may_run(node, module) for node in ast.walk(following) if isinstance(node, ast.Call)):
            return False
    return False


def _may_run(call: ast.Call, module: Module) -> bool:
    """Whether a call may get to a run: what is called so, and what calls something that is."""
    definitions = (origin.definition for origin in module.names.origins(call.func))
    within = (
        node for d in definitions if isinstance(d, FUNCTIONS) for node in ast.walk(d) if isinstance(node, ast.Call)
    )
    return any(_RUNS.search(word) for word in (_word(call), *map(_word, within)))


def _word(call: ast.Call) -> str:
    """The last part of what is called."""
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


@lru_cache(maxsize=64)
def _places(module: Module) -> tuple[tuple[ast.stmt, tuple[Origin, ...]], ...]:
    """The statements that set an app's debug mode, with the apps."""
    evaluator, names = module.as_script.evaluator, module.names
    settings = [*debug_attributes(names), *config_keys(names, "DEBUG")]
    found = [(setting.node, setting.app) for setting in settings]
    found += [(load.node, load.app) for load in loads("DEBUG", evaluator)]
    return tuple((module.index.statement(node), names.origins(app)) for node, app in found)
