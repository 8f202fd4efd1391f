"""What every format renders: the results of a run and how they were asked for."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from deflask.model import FileResult, Finding, Place, Summary


@dataclass(frozen=True, slots=True)
class Report:
    """The results of one run of `action`."""

    action: str
    results: Sequence[FileResult]
    summary: Summary
    quiet: bool = False
    color: bool = False

    @property
    def findings(self) -> list[Finding]:
        """All findings, file by file."""
        return [finding for result in self.results for finding in result.findings]


def message(finding: Finding) -> str:
    """A finding's message, with what a fix changes for people once it is made."""
    return "; ".join([finding.message, *(finding.notes if finding.fixed else ())])


def where(finding: Finding) -> str:
    """`path:line`, in a notebook `path:cell 3:line`."""
    return located(Place(finding.path, finding.span.line, finding.cell))


def located(place: Place) -> str:
    """The same for a place."""
    cell = f"cell {place.cell}:" if place.cell is not None else ""
    return f"{visible(place.path)}:{cell}{place.line}"


def visible(text: str) -> str:
    """Text of others as it can be shown: what a terminal or an editor would obey or hide is escaped."""
    return "".join(char if char in "\t " or _is_plain(char) else _escape(char) for char in text)


def _is_plain(char: str) -> bool:
    return unicodedata.category(char)[0] != "C" and char not in "\u2028\u2029"


def _escape(char: str) -> str:
    return (
        char.encode("unicode_escape").decode("ascii")
        if ord(char) < 0xD800 or ord(char) > 0xDFFF
        else "\\x%02x" % (ord(char) & 0xFF)
    )
