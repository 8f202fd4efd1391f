"""One line a finding."""

from __future__ import annotations

from deflask.formats.base import Report, message, visible, where
from deflask.model import Finding


def render(report: Report) -> str:
    """The findings, a line each."""
    return "".join(line(finding) + "\n" for finding in report.findings)


def line(finding: Finding) -> str:
    """`path:line:column: rule [applicability] message`."""
    place = f"{where(finding)}:{finding.span.column}"
    state = "fixed" if finding.fixed else finding.applicability.value
    return f"{place}: {finding.rule} [{state}] {visible(message(finding))}"
