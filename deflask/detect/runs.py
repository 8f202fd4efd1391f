"""The runs of an app that are in view, in its file and in those that import it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from deflask.detect.flags import flags
from deflask.detect.module import Module
from deflask.detect.names import Origin
from deflask.detect.values.config import same


def explicit_runs(apps: tuple[Origin, ...], setting: ast.AST, module: Module) -> list[bool]:
    """For each run of one of the apps, whether it passes a debug mode of its own, which outweighs every setting.

    Flask 0.10 to 3.1, `Flask.run` in flask/app.py.
    """
    return [
        flag.value is not None and home.evaluate(flag.value).value is not None
        for home in _homes(apps, setting, module)
        for rule in ("DF101", "DF102")
        for flag in flags(home, rule)
        if flag.entry.serves and flag.entry.passes_debug and same(apps, _receiver(flag.call, home))
    ]


def _homes(apps: Iterable[Origin], setting: ast.AST, module: Module) -> Iterator[Module]:
    """The modules in which the apps may be run: that of the setting, those that import it, those that made them."""
    yield module
    if module.project is None:
        return
    seen = {module.location}
    around = [
        node.name for node in module.index.ancestors(setting) if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    ]
    others = [other for name in (around or [""]) for other in module.project.importers(module.location, name)]
    made = [module.project.module_of(app.home) for app in apps if app.home not in (None, module.names) and app.home]
    for other in (*others, *made):
        if other.location not in seen and b"run" in other.source.data:
            seen.add(other.location)
            yield other


def _receiver(call: ast.Call, module: Module) -> tuple[Origin, ...]:
    """The apps that a run may be of: what the method is called on, and what it is handed."""
    function = call.func.args[0] if isinstance(call.func, ast.Call) and call.func.args else call.func
    receiver = function.value if isinstance(function, ast.Attribute) else function
    return tuple(origin for node in (receiver, *call.args[:1]) for origin in module.names.origins(node))
