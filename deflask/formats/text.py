"""For people: each finding with its source line, and what it comes to in the end."""

from __future__ import annotations

import click

from deflask.formats.base import Report, located, visible, where
from deflask.model import Applicability, Finding


def render(report: Report) -> str:
    """The findings with carets under their source, then the notes and the summary."""
    parts = [_finding(finding) for finding in report.findings]
    if not report.quiet:
        parts += [notes(report), summary(report)]
    text = "".join(parts)
    return text if report.color else click.unstyle(text)


def _finding(finding: Finding) -> str:
    path = visible(finding.path)
    place = click.style(path, bold=True) + f"{where(finding).removeprefix(path)}:{finding.span.column}"
    state = "fixed" if finding.fixed else finding.applicability.value
    color = {"fixed": "green", "safe": "red", "unsafe": "yellow", "manual": "yellow"}[state]
    head = f"{place}: {click.style(finding.rule, fg=color, bold=True)} [{state}] {visible(finding.message)}\n"
    return head + _source(finding) + "".join(f"    {line}\n" for line in _remarks(finding))


def _source(finding: Finding) -> str:
    line = finding.source.replace("\t", " ").replace("\f", " ")
    start = finding.span.column - 1
    end = finding.span.end_column - 1 if finding.span.end_line == finding.span.line else len(line.rstrip())
    before, marked = visible(line[:start]), visible(line[start:end])
    return f"    {visible(line)}\n    {' ' * len(before)}{click.style('^' * max(len(marked), 1), fg='red')}\n"


def _remarks(finding: Finding) -> list[str]:
    remarks = []
    if finding.decided_at is not None:
        remarks.append(f"decided at {located(finding.decided_at)}")
    if finding.used_at:
        remarks.append(f"used at {', '.join(map(located, finding.used_at))}")
    if finding.reason and not finding.fixed:
        remarks.append(visible(finding.reason))
    if finding.guard.startswith("left: "):
        remarks.append(f"guard {visible(finding.guard)}")
    return remarks


def notes(report: Report) -> str:
    """What the fixes change for people, each once."""
    changed = [result for result in report.results if result.output is not None]
    said = dict.fromkeys(note for result in changed for f in result.findings if f.fixable for note in f.notes)
    return "".join(f"note: {note}\n" for note in said)


def summary(report: Report) -> str:
    """The last line."""
    return click.style(_summary(report), bold=True) + "\n"


def _summary(report: Report) -> str:
    totals = report.summary
    parts = []
    if not totals.findings and totals.errors:
        parts.append(f"Nothing found in {counted(totals.files - totals.errors, 'file')} that could be examined.")
    elif not totals.findings:
        parts.append(f"Nothing switches the debugger on in {counted(totals.files, 'file')}.")
    elif report.action == "fix":
        left = totals.findings - totals.fixed
        parts.append(f"Fixed {counted(totals.fixed, 'finding')}" + (f", {left} left." if left else "."))
    else:
        fixable = "would be fixed" if report.action == "diff" else "fixable with `deflask fix`"
        found = f"{counted(totals.findings, 'finding')} in {counted(totals.files, 'file')}"
        parts.append(f"{found}, {totals.fixable} {fixable}.")
    more = sum(not finding.fixable and finding.applicability is Applicability.UNSAFE for finding in report.findings)
    parts += [f"{more} more with --unsafe-fixes."] if more else []
    parts += [f"{totals.suppressed} suppressed."] if totals.suppressed else []
    parts += [f"{counted(totals.errors, 'error')}."] if totals.errors else []
    return " ".join(parts)


def counted(number: int, noun: str) -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
