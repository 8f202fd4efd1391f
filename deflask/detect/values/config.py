"""What `app.config["DEBUG"]` comes to: what the program has set it to, or loaded it from."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from deflask.detect.values.answer import Answer, How, join, known, unknown
from deflask.detect.values.loads import loads
from deflask.detect.values.settings import config_keys, config_owner, debug_attributes

if TYPE_CHECKING:
    from deflask.detect.names import Origin
    from deflask.detect.values.evaluate import Evaluator


def config_value(node: ast.expr, home: Evaluator) -> Answer | None:
    """The answer for `app.config[KEY]` and `app.config.get(KEY)`, None for any other expression."""
    match node:
        case ast.Subscript(value=config, slice=ast.Constant(value=str(key))):
            fallback = None
        case ast.Call(
            func=ast.Attribute(attr="get", value=config), args=[ast.Constant(value=str(key)), *rest], keywords=[]
        ):
            fallback = rest[0] if rest else None
        case _:
            return None
    app = config_owner(config, home.names)
    if app is None:
        return None
    answer = held(key, home.names.origins(app), home, node)
    if answer is not None:
        return replace(answer, configured=True)
    if key == "DEBUG":
        # Flask has the key from the start, off where nothing is set (flask/app.py, default_config).
        return replace(known(False), configured=True)
    default = home.evaluate(fallback) if fallback is not None else unknown()
    return replace(default, configured=True)


def held(key: str, apps: tuple[Origin, ...], home: Evaluator, at: ast.expr | None = None) -> Answer | None:
    """What a key of the configuration of an app comes to in a file, None where nothing there sets it.

    What stands below `at`, in the same scope, has not been done yet there.
    """
    index = home.names.index
    found: list[tuple[ast.stmt, Answer]] = []
    settings = [*config_keys(home.names, key), *(debug_attributes(home.names) if key == "DEBUG" else ())]
    for setting in settings:
        if same(home.names.origins(setting.app), apps):
            answer = home.evaluate(setting.value)
            how = How.ATTRIBUTE if setting.attribute else How.KEY
            if answer.decided_at is None:
                answer = replace(answer, decided_at=home.decision(setting.value, how))
            found.append((index.statement(setting.node), answer))
    for load in loads(key, home):
        if same(home.names.origins(load.app), apps):
            found.append((index.statement(load.node), load.answer))
    found = [(statement, answer) for statement, answer in found if at is None or not _below(statement, at, home)]
    if not found:
        return None
    places = (index.place(statement) for statement, _ in found)
    blocks = {id(place[0]) if place is not None else None for place in places}
    if len(blocks) == 1:
        # One after the other in one block: the last one counts.
        return max(found, key=lambda pair: pair[0].lineno)[1]
    return join(answer for _, answer in found)


def _below(statement: ast.stmt, at: ast.expr, home: Evaluator) -> bool:
    """Whether a statement comes later than an expression of the same scope."""
    index = home.names.index
    return at in index.parents and index.scope_of(statement) is index.scope_of(at) and statement.lineno > at.lineno


def same(some: tuple[Origin, ...], others: tuple[Origin, ...]) -> bool:
    """Whether two expressions can be the same app: made at one place, or instances of one class of the project."""
    return any(
        one == other
        or (one.node is not None and one.node is other.node)
        or (one.definition is not None and one.definition is other.definition)
        for one in some
        for other in others
    )
