"""Whether a file is worth a closer look: decided from its bytes, before anything is imported that would take one."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from deflask.detect.gate import UTF_16, Gate
from deflask.detect.related import mentions, says_it_itself
from deflask.files.notebook import ESCAPED, searchable
from deflask.model import Settings
from deflask.rules import Rule, chosen

if TYPE_CHECKING:
    from deflask.detect.project import Project

FindProject = Callable[[str], "Project | None"]
"""The project of a file, None where only the file itself is to be seen."""


def is_worth_it(data: bytes, path: str, settings: Settings, project_of: FindProject) -> bool:
    """Whether a rule could find something in a file."""
    seen = searchable(data, path)
    return rules_of(settings)[1].opens(seen) and _has_reason(seen, project_of(path))


def worth_asking(data: bytes, path: str, settings: Settings, project: Project | None) -> list[Rule]:
    """The rules that could find something in a file."""
    seen = searchable(data, path)
    rules, gate = rules_of(settings)
    codes = gate.codes(seen) if _has_reason(seen, project) else ()
    return [rule for rule in rules if rule.code in codes]


def _has_reason(data: bytes, project: Project | None) -> bool:
    """Whether a file, or without it its project, has to do with what the rules are about."""
    # Of what is not Python source, the parser is to say so.
    return (
        data.startswith(UTF_16) or mentions(data) or says_it_itself(data) or (project is not None and project.related())
    )


def letters(settings: Settings) -> tuple[bytes, ...]:
    """Letters of which a file holds at least one if it can show anything under some settings."""
    return (*rules_of(settings)[1].letters(), ESCAPED)


@lru_cache(maxsize=8)
def rules_of(settings: Settings) -> tuple[tuple[Rule, ...], Gate]:
    """The rules that are on, and the gate that is open for what they could find something in."""
    rules = tuple(chosen(settings.select, settings.extend_select, settings.ignore))
    return rules, Gate({rule.code: rule.triggers for rule in rules}, all(rule.flagged for rule in rules))
