"""Whether a file is worth a closer look: decided from its bytes, before anything is imported that would take one."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from deflask.detect.gate import Gate
from deflask.detect.related import mentions
from deflask.files.notebook import ESCAPED, searchable
from deflask.model import Settings
from deflask.rules import Rule, chosen

if TYPE_CHECKING:
    from deflask.detect.project import Project

FindProject = Callable[[str], "Project | None"]
"""The project of a file, None where only the file itself is to be seen."""


def is_worth_it(data: bytes, path: str, settings: Settings, related: Callable[[], bool]) -> bool:
    """Whether a rule could find something in a file; `related` tells whether that is so of its project."""
    _, gate = rules_of(settings)
    seen = searchable(data, path)
    if not gate.opens(seen):
        return False
    return gate.opens(seen, related=False) or mentions(seen) or related()


def worth_asking(data: bytes, path: str, settings: Settings) -> list[Rule]:
    """The rules that could find something in a file."""
    rules, gate = rules_of(settings)
    codes = gate.codes(searchable(data, path))
    return [rule for rule in rules if rule.code in codes]


def letters(settings: Settings) -> tuple[bytes, ...]:
    """Letters of which a file holds at least one if it can show anything under some settings."""
    return (*rules_of(settings)[1].letters(), ESCAPED)


@lru_cache(maxsize=8)
def rules_of(settings: Settings) -> tuple[tuple[Rule, ...], Gate]:
    """The rules that are on, and the gate that is open for what they could find something in."""
    rules = tuple(chosen(settings.select, settings.extend_select, settings.ignore))
    return rules, Gate({rule.code: rule.triggers for rule in rules}, all(rule.flagged for rule in rules))
