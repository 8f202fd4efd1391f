"""JSON, version 1: a contract to which keys may be added and from which none is taken."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from deflask.formats.base import Report, message
from deflask.model import FileResult, Finding, Place

VERSION = 1


def render(report: Report) -> str:
    """One object for the whole run."""
    document = {
        "version": VERSION,
        "findings": [finding_object(finding) for finding in report.findings],
        "files": [file_object(result) for result in report.results],
        "summary": asdict(report.summary),
    }
    return json.dumps(document, indent=2) + "\n"


def finding_object(finding: Finding) -> dict[str, Any]:
    """A finding; lines and columns are 1-based, columns in characters, the end exclusive."""
    return {
        "rule": finding.rule,
        "name": finding.name,
        "path": finding.path,
        "cell": finding.cell,
        "line": finding.span.line,
        "column": finding.span.column,
        "end_line": finding.span.end_line,
        "end_column": finding.span.end_column,
        "message": message(finding),
        "cwe": finding.cwe,
        "severity": finding.severity,
        "cvss": finding.cvss,
        "level": finding.level,
        "applicability": finding.applicability.value,
        "fixed": finding.fixed,
        "reason": finding.reason,
        "guard": finding.guard,
        "decided_at": _place(finding.decided_at) if finding.decided_at else None,
        "used_at": [_place(place) for place in finding.used_at],
    }


def _place(place: Place) -> dict[str, Any]:
    cell = {"cell": place.cell} if place.cell is not None else {}
    return {"path": place.path, "line": place.line, **cell}


def file_object(result: FileResult) -> dict[str, Any]:
    """A file; its diff is text in which bytes that are no UTF-8 stand as surrogates."""
    diff = result.diff.decode("utf-8", "surrogateescape") if result.diff is not None else None
    return {"path": result.path, "status": result.status.value, "error": result.error, "diff": diff}
