"""Whether a file is worth a closer look: decided from its bytes, before anything is imported that would take one."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from deflask.detect.gate import Gate
from deflask.files.notebook import ESCAPED, searchable
from deflask.model import Settings
from deflask.rules import Rule, chosen

if TYPE_CHECKING:
    from deflask.detect.project import Project

FindProject = Callable[[str], "Project | None"]
"""The project of a file, None where only the file itself is to be seen."""


def is_worth_it(data: bytes, path: str, settings: Settings) -> bool:
    """Whether a rule could find something in a file."""
    return rules_of(settings)[1].opens(searchable(data, path))


def letters(settings: Settings) -> tuple[bytes, ...]:
    """Letters of which a file holds at least one if it can show anything under some settings."""
    return (*rules_of(settings)[1].letters(), ESCAPED)


@lru_cache(maxsize=8)
def rules_of(settings: Settings) -> tuple[tuple[Rule, ...], Gate]:
    """The rules that are on, and the gate that is open for what they could find something in."""
    rules = tuple(chosen(settings.select, settings.extend_select, settings.ignore))
    flagged = all(rule.flagged for rule in rules)
    return rules, Gate((trigger for rule in rules for trigger in rule.triggers), flagged)
