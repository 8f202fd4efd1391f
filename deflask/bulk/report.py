"""A campaign for people and for machines: counts, reasons, and each repository, as text, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from deflask.bulk.campaign import Campaign
from deflask.bulk.journal import Row
from deflask.bulk.model import STOPPED, State
from deflask.formats.base import visible

VERSION = 1
_COLUMNS = (
    *("name", "url", "state", "reason", "detail", "head", "branch", "commit", "pull_request", "findings", "files"),
    "suppressed",
)


def status(campaign: Campaign, output_format: str) -> Iterator[str]:
    """Where the campaign stands, in pieces to be written one after another."""
    return _FORMATS[output_format](campaign, False)


def report(campaign: Campaign, output_format: str) -> Iterator[str]:
    """The same with what was found in each repository."""
    return _FORMATS[output_format](campaign, True)


def repository_object(campaign: Campaign, row: Row) -> dict[str, Any]:
    """A repository as in the JSON, version 1: keys may be added, none is taken.

    A commit that could not be pushed is not there, and neither is its branch.
    """
    commit = row.pushed if row.state in STOPPED else row.commit
    return {
        "name": row.name,
        "url": row.target.url,
        "state": row.state.value,
        "reason": row.reason.value if row.reason else None,
        "detail": row.detail,
        "head": row.head,
        "branch": campaign.options.branch if commit else None,
        "commit": commit,
        "pushed_to": row.pushed_to,
        "pull_request": row.pull_request,
        "findings": row.findings,
        "suppressed": row.suppressed,
        "files": row.files,
    }


def _json(campaign: Campaign, detailed: bool) -> Iterator[str]:
    """One object, written repository by repository, so that no list of them is in memory."""
    counts = {state.value: count for state, count in campaign.journal.counts().items()}
    head = json.dumps({"version": VERSION, "campaign": campaign.options.name, "counts": counts}, indent=2)
    yield head.removesuffix("\n}") + ',\n  "repositories": ['
    separator = "\n    "
    for row in campaign.journal.rows():
        shown = repository_object(campaign, row)
        if detailed:
            shown["results"] = campaign.journal.document(row.id)
        yield separator + json.dumps(shown)
        separator = ",\n    "
    yield "\n  ]\n}\n"


def _csv(campaign: Campaign, _: bool) -> Iterator[str]:
    yield _line(_COLUMNS)
    for row in campaign.journal.rows():
        shown = repository_object(campaign, row)
        yield _line([_cell(shown[column]) for column in _COLUMNS])


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue()


def _cell(value: object) -> str:
    """A value that no spreadsheet takes for a formula."""
    text = visible(str(value)) if value is not None else ""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _totals(campaign: Campaign) -> Iterator[str]:
    counts = campaign.journal.counts()
    total = sum(counts.values())
    yield f"Campaign {visible(campaign.options.name)}: {total} {'repository' if total == 1 else 'repositories'}\n"
    reasons = Counter((row.state, row.reason) for row in campaign.journal.rows() if row.reason is not None)
    for state, count in counts.items():
        yield f"{count:7} {state.value}\n"
        for (of, reason), number in reasons.most_common():
            if of is state:
                yield f"        {number:7} {reason.value}: {reason.description}\n"


def _text(campaign: Campaign, detailed: bool) -> Iterator[str]:
    for row in campaign.journal.rows() if detailed else ():
        address = f" {visible(row.pull_request)}" if row.pull_request else ""
        yield f"{visible(row.name)}: {row.state.value}{address}{_because(row)}\n"
        document = campaign.journal.document(row.id) or {}
        yield from (f"    {visible(_finding(finding))}\n" for finding in document.get("findings", []))
        if row.suppressed:
            yield f"    {row.suppressed} suppressed by comments\n"
        errors = [f"{file['path']}: {file['error']}" for file in document.get("files", []) if file["error"]]
        yield from (f"    {visible(error)}\n" for error in errors)
    yield from _totals(campaign)


def _finding(finding: Mapping[str, Any]) -> str:
    reason = f" ({finding['reason']})" if finding["reason"] else ""
    place = f"{finding['path']}:{finding['line']}:{finding['column']}"
    return f"{place}: {finding['rule']} [{finding['applicability']}] {finding['message']}{reason}"


def _because(row: Row) -> str:
    words = [row.reason.value if row.reason else None, visible(row.detail) if row.detail else None]
    said = ": ".join(word for word in words if word)
    return f" ({said})" if said else ""


def unsettled(campaign: Campaign) -> bool:
    """Whether a repository failed or waits for somebody."""
    return bool(campaign.journal.ids([State.FAILED, State.PENDING, State.PLANNED, State.APPROVED]))


_FORMATS = {"text": _text, "json": _json, "csv": _csv}
FORMATS = tuple(_FORMATS)
