"""JSON lines: an object a finding, then one a file, then the summary, each with its `type`."""

from __future__ import annotations

import json
from dataclasses import asdict

from deflask.formats.base import Report
from deflask.formats.json import VERSION, file_object, finding_object


def render(report: Report) -> str:
    """The objects of the JSON format, a line each."""
    objects = [
        *({"type": "finding", **finding_object(finding)} for finding in report.findings),
        *({"type": "file", **file_object(result)} for result in report.results),
        {"type": "summary", "version": VERSION, **asdict(report.summary)},
    ]
    return "".join(json.dumps(item) + "\n" for item in objects)
