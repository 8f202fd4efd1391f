"""Entry points that are handed to something that will call them: threads, partials, executors."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from deflask.detect.flags.find import Flag, starts, words
from deflask.detect.flags.given import Given
from deflask.detect.module import Module

_RULES = ("DF101", "DF102", "DF105")


@dataclass(frozen=True, slots=True)
class Caller:
    """What calls a function later: where it takes the function, and how it takes the arguments for it.

    With `rest`, all that follows the function is passed on; else `args` and `kwargs` are the positions of a tuple and a
    dictionary.
    """

    function: int
    keyword: str | None = None
    rest: bool = False
    args: int | None = None
    kwargs: int | None = None


_PASSES_ON = Caller(0, rest=True)
_THREAD = Caller(1, "target", args=3, kwargs=4)
CALLERS = {
    "threading.Thread": _THREAD,
    "threading.Timer": Caller(1, "function", args=2, kwargs=3),
    "multiprocessing.Process": _THREAD,
    "multiprocessing.context.Process": _THREAD,
    "_thread.start_new_thread": Caller(0, args=1, kwargs=2),
    "functools.partial": _PASSES_ON,
    "atexit.register": _PASSES_ON,
    "asyncio.to_thread": _PASSES_ON,
    "gevent.spawn": _PASSES_ON,
    "eventlet.spawn": _PASSES_ON,
    "eventlet.spawn_n": _PASSES_ON,
    "anyio.to_thread.run_sync": _PASSES_ON,
    "trio.to_thread.run_sync": _PASSES_ON,
}
# Methods, of whatever executor, pool or loop.
METHODS = {
    "submit": _PASSES_ON,
    "spawn": _PASSES_ON,
    "start_background_task": _PASSES_ON,
    "run_in_executor": Caller(1, rest=True),
    "call_soon": _PASSES_ON,
    "call_later": Caller(1, rest=True),
    "apply": Caller(0, args=1, kwargs=2),
    "apply_async": Caller(0, args=1, kwargs=2),
    "Process": _THREAD,
}


def indirect(module: Module) -> Iterator[Flag]:
    """Every call that has an entry point called with arguments of its own, in source order."""
    handed = [
        read
        for name in words(module)
        for read in (*module.index.attributes.get(name, []), *module.index.loads.get(name, []))
    ]
    for function in sorted(handed, key=lambda node: (node.lineno, node.col_offset)):
        call = _holder(function, module)
        given = _given(function, call, module) if call is not None else None
        if call is None or given is None:
            continue
        for rule in _RULES:
            for flag in starts(function, call, given, rule, module):
                yield replace(flag, entry=replace(flag.entry, rule="DF110", serves=False))


def _holder(function: ast.expr, module: Module) -> ast.Call | None:
    """The call to which a function is handed as an argument."""
    parent = module.index.parents[function]
    call = module.index.parents.get(parent) if isinstance(parent, ast.keyword) else parent
    return call if isinstance(call, ast.Call) and call.func is not function else None


def _given(function: ast.expr, call: ast.Call, module: Module) -> Given | None:
    """The arguments with which the function will be called; None where the call does no such thing."""
    caller = CALLERS.get(module.names.qualified(call.func) or "")
    if caller is None and isinstance(call.func, ast.Attribute):
        caller = METHODS.get(call.func.attr)
    if caller is None:
        return None
    by_keyword = any(keyword.value is function and keyword.arg == caller.keyword for keyword in call.keywords)
    if not by_keyword and (len(call.args) <= caller.function or call.args[caller.function] is not function):
        return None
    if caller.rest:
        return Given(tuple(call.args[caller.function + 1 :]), tuple(call.keywords))
    written = Given.by(call)
    args = written.named("args") or written.at(caller.args, module)
    kwargs = written.named("kwargs") or written.named("kwds") or written.at(caller.kwargs, module)
    return Given(
        (ast.Starred(args, ast.Load()),) if args is not None else (),
        (ast.keyword(None, kwargs),) if kwargs is not None else (),
    )
