"""What a name can stand for."""

from __future__ import annotations

import ast
import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deflask.detect.entry_points import is_known

if TYPE_CHECKING:
    from deflask.detect.names.resolve import Names


class Kind(enum.Enum):
    """The kinds of things that a name can stand for."""

    REFERENCE = "reference"
    INSTANCE = "instance"
    CLASS = "class"
    FUNCTION = "function"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Origin:
    """One thing that an expression can be.

    A REFERENCE has a qualified `name`; an INSTANCE the name of its class and, in `node`, where it was made; what this
    file defines has its definition in `definition`.
    """

    kind: Kind
    name: str = ""
    node: ast.AST | None = None
    definition: ast.AST | None = None
    home: Names | None = field(default=None, compare=False, repr=False)
    """The names of the module in which `definition` stands, or in which a relative `name` was written."""


UNKNOWN = Origin(Kind.UNKNOWN)


def is_vague(origin: Origin) -> bool:
    """Whether an annotation says more: nothing is known, or only which function of another module made it."""
    made = origin.name.rpartition(".")[2]
    return origin.kind is Kind.UNKNOWN or (
        origin.kind is Kind.INSTANCE and origin.definition is None and made[:1].islower() and not is_known(origin.name)
    )


def is_absent(origin: Origin) -> bool:
    """Whether this is nothing with nothing set: None, or a parameter that defaults to it and that no one passes."""
    if origin.kind is Kind.NONE:
        return True
    parameter = origin.node
    if origin.kind is not Kind.UNKNOWN or not isinstance(parameter, ast.arg) or origin.home is None:
        return False
    from deflask.detect.names.calls import default_of, function_of

    function = function_of(parameter, origin.home.index)
    default = default_of(function, parameter) if function is not None else None
    return isinstance(default, ast.Constant) and default.value is None


def joined(module: str, name: str) -> str:
    """A name in a module; a relative module may be nothing but dots."""
    return f"{module}{'' if module.endswith('.') else '.'}{name}"


def parted(name: str) -> tuple[str, str]:
    """A qualified name as module and last part; `.web` is `web` in the package `.`."""
    plain = name.lstrip(".")
    dots = name[: len(name) - len(plain)]
    module, _, attribute = plain.rpartition(".")
    return dots + module, attribute
