"""From bytes to findings, from findings to proved bytes; the loop over many files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from deflask.detect.project import Project, Projects
from deflask.files.discovery import Found, discover
from deflask.files.source import SourceError, paused_collector
from deflask.files.write import WriteError, write
from deflask.model import FileResult, Finding, Settings, Status, Summary
from deflask.rewrite.errors import UnprovedError
from deflask.scan import FindProject, Scan, scan

if TYPE_CHECKING:
    from deflask.rewrite.fix import Rewritten

_DEFAULT = Settings()
_REPORT = "this is a bug of deflask, the file was left alone; please report it"


def check_source(
    source: bytes, path: str, project: Project | None = None, *, settings: Settings = _DEFAULT
) -> list[Finding]:
    """The findings in a file's bytes, `path` being its name in them; without a project only this file is seen.

    Raises `SourceError` where it is not Python.
    """
    return list(scan(source, path, settings, lambda _: project).findings)


def fix_source(
    source: bytes, path: str, project: Project | None = None, *, settings: Settings = _DEFAULT
) -> FileResult:
    """What `fix` would make of a file's bytes: `output` and `diff` are None where nothing changes. Raises nothing."""
    return _guarded(_fix, source, path, settings, lambda _: project)


def check_bytes(source: bytes, path: str, settings: Settings, project_of: FindProject) -> FileResult:
    """The outcome of a check of a file's bytes. Raises nothing."""
    return _guarded(_check, source, path, settings, project_of)


def check_file(path: str, settings: Settings, project_of: FindProject) -> FileResult:
    """Check a file."""
    return _read_and(_check, path, settings, project_of)


def diff_file(path: str, settings: Settings, project_of: FindProject) -> FileResult:
    """What `fix_file` would do, in `output` and `diff`."""
    return _read_and(_fix, path, settings, project_of)


def fix_file(path: str, settings: Settings, project_of: FindProject) -> FileResult:
    """Fix a file in place."""
    return _read_and(_fix_and_write, path, settings, project_of)


def check_paths(paths: Iterable[str], settings: Settings = _DEFAULT) -> Iterator[FileResult]:
    """Check files and what is in folders, one result each, in order."""
    return _each(check_file, paths, settings)


def fix_paths(paths: Iterable[str], settings: Settings = _DEFAULT) -> Iterator[FileResult]:
    """Fix files and what is in folders in place, one result each, in order."""
    return _each(fix_file, paths, settings)


_FileWork = Callable[[str, Settings, FindProject], FileResult]


def _each(work: _FileWork, paths: Iterable[str], settings: Settings) -> Iterator[FileResult]:
    projects = Projects()
    for found in discover(paths, lambda path: settings):
        yield without_looking(found) or work(found.path, settings, projects.of)


def without_looking(found: Found) -> FileResult | None:
    """The result of a path that is not looked at, None for a file that is."""
    if found.error is not None:
        return FileResult(found.path, Status.ERROR, error=found.error)
    return FileResult(found.path, Status.SKIPPED) if found.skipped is not None else None


def summarize(results: Iterable[FileResult]) -> Summary:
    """The totals of a run."""
    looked_at = [result for result in results if result.status is not Status.SKIPPED]
    findings = [finding for result in looked_at for finding in result.findings]
    return Summary(
        files=len(looked_at),
        findings=len(findings),
        fixable=sum(finding.fixable for finding in findings),
        fixed=sum(finding.fixed for finding in findings),
        suppressed=sum(result.suppressed for result in looked_at),
        errors=sum(result.status is Status.ERROR for result in looked_at),
    )


def read(path: str) -> bytes:
    """A file's bytes. Raises SourceError with the cause."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}") from None


_Work = Callable[[bytes, str, Settings, FindProject], FileResult]


def _read_and(work: _Work, path: str, settings: Settings, project_of: FindProject) -> FileResult:
    try:
        data = read(path)
    except SourceError as error:
        return FileResult(path, Status.ERROR, error=str(error))
    return _guarded(work, data, path, settings, project_of)


def _guarded(work: _Work, data: bytes, path: str, settings: Settings, project_of: FindProject) -> FileResult:
    """One file's trouble is one file's result, whatever it is."""
    try:
        with paused_collector():
            return work(data, path, settings, project_of)
    except SourceError as error:
        return FileResult(path, Status.ERROR, error=str(error))
    except RecursionError:
        return FileResult(path, Status.ERROR, error="nested too deeply to be examined")
    except Exception as error:
        return FileResult(path, Status.ERROR, error=f"{type(error).__name__}: {error}: {_REPORT}")


def _check(data: bytes, path: str, settings: Settings, project_of: FindProject) -> FileResult:
    found = scan(data, path, settings, project_of)
    fixable = any(finding.fixable for finding in found.findings)
    return FileResult(path, _status(found, fixable), found.findings, suppressed=found.suppressed)


def _status(found: Scan, changes: bool) -> Status:
    if changes:
        return Status.WOULD_FIX
    return Status.UNFIXED if found.findings else Status.CLEAN


def _fix(data: bytes, path: str, settings: Settings, project_of: FindProject) -> FileResult:
    found = scan(data, path, settings, project_of)
    wanted = [finding for finding in found.findings if finding.fixable]
    if not wanted or found.module is None:
        return FileResult(path, _status(found, False), found.findings, suppressed=found.suppressed)

    # LibCST and difflib are needed only now.
    from deflask.rewrite.diff import unified
    from deflask.rewrite.fix import rewrite

    try:
        rewritten = rewrite(found.module, wanted, found.readers, settings)
        output = found.module.source.as_file(rewritten.data)
        unmasked = _rescan(found, rewritten, output, path, settings, project_of)
    except UnprovedError as error:
        return FileResult(path, Status.ERROR, found.findings, f"{error}: {_REPORT}", suppressed=found.suppressed)
    others = [finding for finding in found.findings if finding not in wanted]
    findings = tuple(sorted([*rewritten.findings, *others, *unmasked], key=lambda finding: finding.order))
    if output == data:
        return FileResult(path, _status(found, False), findings, suppressed=found.suppressed)
    diff = unified(data, output, path)
    return FileResult(path, Status.WOULD_FIX, findings, None, diff, output, found.suppressed)


def _rescan(
    found: Scan, rewritten: Rewritten, output: bytes, path: str, settings: Settings, project_of: FindProject
) -> list[Finding]:
    """Scan the result: nothing that was fixed may be found again; what the fix unmasks is a finding of its own.

    Raises UnprovedError.
    """
    after = scan(output, path, settings, project_of)
    again = [
        f for f in after.findings for edit in f.edits if edit.span in rewritten.places and edit.kind.name != "GUARD"
    ]
    if again:
        raise UnprovedError(f"{again[0].rule} is found again where it was fixed")
    known = Counter((finding.rule, finding.message) for finding in found.findings)
    return [finding for finding in after.findings if not known[finding.rule, finding.message]]


def _fix_and_write(data: bytes, path: str, settings: Settings, project_of: FindProject) -> FileResult:
    result = _fix(data, path, settings, project_of)
    if result.output is None:
        return result
    try:
        write(path, data, result.output)
    except WriteError as error:
        return replace(result, status=Status.ERROR, error=str(error), diff=None, output=None)
    return fixed(result)


def fixed(result: FileResult) -> FileResult:
    """The result of a fix whose output has been written."""
    findings = tuple(replace(finding, fixed=finding.fixable) for finding in result.findings)
    return replace(result, status=Status.FIXED, findings=findings)
