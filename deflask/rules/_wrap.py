"""Finds the wraps that put Werkzeug's console in front of an app."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from deflask.detect.flags import Flag, flags
from deflask.detect.module import Module
from deflask.model import Applicability, EditKind
from deflask.rules._hit import Change, Hit
from deflask.rules._switches import called

_ONLY_THERE = "the app would be wrapped only where {env}=1 is set"


def wraps(module: Module) -> Iterator[Hit]:
    """The wraps that are on."""
    for flag in flags(module, "DF105"):
        if flag.entry.flag == "evalex" and (hit := _wrap(flag, module)):
            yield hit


def _wrap(flag: Flag, module: Module) -> Hit | None:
    """The hit for a wrap; its edit stands on the whole call."""
    reached = module.reached(flag.call)
    if flag.value is None or not module.is_on(flag.value) or not reached.possible:
        return None
    wrapped = flag.call.args[0] if flag.call.args else None
    plain = isinstance(wrapped, (ast.Name, ast.Attribute, ast.Call))
    return Hit(
        node=flag.call,
        message=f"`{called(flag.call)}` puts Werkzeug's console in front of the app under any server, with nothing set",
        changes=(Change(EditKind.CONDITION, flag.call),) if plain else (),
        applicability=Applicability.UNSAFE if plain else Applicability.MANUAL,
        reason=_ONLY_THERE if plain else "what it wraps is not a name or a call that the other case could repeat",
        decided_at=module.evaluate(flag.value).decided_at,
        doubts=reached.doubts,
        notes=(_ONLY_THERE,),
    )
