"""What the evaluator says of an expression."""

from __future__ import annotations

import ast
import enum
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from deflask.model import Truth

if TYPE_CHECKING:
    from deflask.detect.names import Names


class _Missing:
    """The type of the one value that stands for "not known"."""


MISSING: Final = _Missing()


class How(enum.Enum):
    """How a definition comes to decide."""

    CONSTANT = "constant"
    ATTRIBUTE = "attribute"
    """It was assigned to `debug` of an app."""
    ARGUMENT = "argument"
    """A caller passes it to a function."""
    KEY = "key"
    """It was assigned to a key of the configuration."""
    CONFIG = "config"
    """It was loaded as configuration, from a class, a module or a file."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The definition that decides: an expression, in the file that the user calls `path`."""

    node: ast.expr
    path: str
    names: Names = field(compare=False, repr=False)
    """The names of the module in which it stands."""
    sole: bool = True
    """Whether nothing else can be what the name holds."""
    how: How = How.CONSTANT


class Source(enum.Enum):
    """What a program asks before it falls back to a default."""

    ENVIRONMENT = "environment"
    LIBRARY = "library"
    OPTION = "option"
    PARAMETER = "parameter"


@dataclass(frozen=True, slots=True)
class Default:
    """A default that counts because nothing is set.

    `asked` is the expression or definition that asks, `name` what it asks for (`DEBUG`, `--debug`, `debug`), `node` the
    default where it is written out.
    """

    source: Source
    name: str
    asked: ast.AST
    node: ast.expr | None
    names: Names = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """ON, OFF or UNKNOWN, with the value itself where it is known.

    `decided_at` is the definition that decides, where that is not the expression itself; `reads` names the environment
    variables that were asked for; `configured` says that configuration, a host name, a file or something named for
    debugging, development or production is behind it; `defaults` are those that counted.
    """

    truth: Truth
    value: object = MISSING
    decided_at: Decision | None = None
    reads: frozenset[str] = frozenset()
    configured: bool = False
    defaults: tuple[Default, ...] = ()

    @property
    def known(self) -> bool:
        """Whether the value itself is known, not only its truth."""
        return self.value is not MISSING

    def noting(self, other: Answer) -> Answer:
        """This answer with what the other one depended on."""
        return replace(
            self,
            decided_at=self.decided_at or other.decided_at,
            reads=self.reads | other.reads,
            configured=self.configured or other.configured,
            defaults=tuple(dict.fromkeys((*self.defaults, *other.defaults))),
        )


def known(value: object) -> Answer:
    """The answer for a value that is known."""
    return Answer(Truth.of(value), value)


def unknown(configured: bool = False) -> Answer:
    """The answer where nothing is known."""
    return Answer(Truth.UNKNOWN, configured=configured)


def join(answers: Iterable[Answer]) -> Answer:
    """What is certain when any of the answers can be the one."""
    several = list(answers)
    if not several:
        return unknown()
    joined = several[0]
    for answer in several[1:]:
        truth = joined.truth if joined.truth is answer.truth else Truth.UNKNOWN
        same = joined.known and answer.known and _same(joined.value, answer.value)
        joined = replace(joined.noting(answer), truth=truth, value=joined.value if same else MISSING)
    if len(several) > 1 and joined.decided_at is not None:
        joined = replace(joined, decided_at=replace(joined.decided_at, sole=False))
    return joined


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def noting(answer: Answer, others: Iterable[Answer]) -> Answer:
    """An answer with what several others depended on."""
    for other in others:
        answer = answer.noting(other)
    return answer
