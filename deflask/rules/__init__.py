"""The rules: one file each, named for the rule, found by walking this folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deflask.detect.module import Module
    from deflask.rules._hit import Hit


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule's module declares: CODE, TRIGGERS, DEFAULT, FLAGGED and `check`; its docstring documents it."""

    code: str
    name: str
    docstring: str
    triggers: tuple[tuple[bytes, ...], ...]
    default: bool
    check: Callable[[Module], Iterator[Hit]]
    flagged: bool = True
    """Whether all that it finds has a flag that is on."""

    @property
    def documentation(self) -> str:
        """The docstring, without the margin of its source."""
        from inspect import cleandoc

        return cleandoc(self.docstring)

    @property
    def summary(self) -> str:
        """The first line of the documentation."""
        return self.documentation.partition("\n")[0]


@cache
def load() -> dict[str, Rule]:
    """Every rule by its code, in order of the codes."""
    rules = []
    for found in pkgutil.iter_modules(__path__):
        if not found.name.startswith("_"):
            module = importlib.import_module(f"{__name__}.{found.name}")
            name = found.name.replace("_", "-")
            rules.append(
                Rule(
                    module.CODE,
                    name,
                    module.__doc__ or "",
                    module.TRIGGERS,
                    module.DEFAULT,
                    module.check,
                    module.FLAGGED,
                )
            )
    return {rule.code: rule for rule in sorted(rules, key=lambda rule: rule.code)}


def chosen(select: Iterable[str] | None, extend: Iterable[str], ignore: Iterable[str]) -> list[Rule]:
    """The rules that are on; a selector is a code or the beginning of one, `ALL`, or a rule's name."""
    ignored = tuple(ignore)
    wanted = tuple(extend) if select is None else (*select, *extend)
    return [
        rule
        for rule in load().values()
        if ((select is None and rule.default) or any(matches(rule, selector) for selector in wanted))
        and not any(matches(rule, selector) for selector in ignored)
    ]


def matches(rule: Rule, selector: str) -> bool:
    """Whether a selector means a rule."""
    return selector == "ALL" or rule.name == selector or (bool(selector) and rule.code.startswith(selector.upper()))
