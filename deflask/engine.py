"""From bytes to findings, from findings to proved bytes; the loop over many files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from deflask.files.source import SourceError
from deflask.files.write import WriteError, write
from deflask.model import Applicability, FileResult, Finding, Settings, Status, Summary
from deflask.rewrite.errors import UnprovedError
from deflask.scan import Scan, scan

if TYPE_CHECKING:
    from deflask.rewrite.fix import Rewritten

SettingsFor = Callable[[str], Settings]
_DEFAULT = Settings()
_REPORT = "this is a bug of deflask, the file was left alone; please report it"


def default_settings(path: str) -> Settings:
    """The settings of a file where there is no configuration."""
    return _DEFAULT


def check_source(source: bytes, path: str, *, settings: Settings = _DEFAULT) -> list[Finding]:
    """The findings in a file's bytes, `path` being its name in them. Raises `SourceError` where it is not Python."""
    return list(scan(source, path, settings).findings)


def fix_source(source: bytes, path: str, *, settings: Settings = _DEFAULT) -> FileResult:
    """What `fix` would make of a file's bytes: `output` and `diff` are None where nothing changes. Raises nothing."""
    return _guarded(_fix, source, path, settings)


def check_paths(paths: Iterable[str], settings_for: SettingsFor = default_settings) -> Iterator[FileResult]:
    """Check files, one result each, in order."""
    return (_read_and(_check, path, settings_for) for path in paths)


def diff_paths(paths: Iterable[str], settings_for: SettingsFor = default_settings) -> Iterator[FileResult]:
    """What `fix` would do to files, one result each, in order."""
    return (_read_and(_fix, path, settings_for) for path in paths)


def fix_paths(paths: Iterable[str], settings_for: SettingsFor = default_settings) -> Iterator[FileResult]:
    """Fix files in place, one result each, in order."""
    return (_read_and(_fix_and_write, path, settings_for) for path in paths)


def summarize(results: Iterable[FileResult], settings_for: SettingsFor = default_settings) -> Summary:
    """The totals of a run."""
    files = findings = fixable = fixed = suppressed = errors = 0
    for result in results:
        unsafe = settings_for(result.path).unsafe_fixes if result.findings else False
        files += 1
        findings += len(result.findings)
        fixable += sum(is_fixable(finding, unsafe) for finding in result.findings)
        fixed += sum(finding.fixed for finding in result.findings)
        suppressed += result.suppressed
        errors += result.status is Status.ERROR
    return Summary(files, findings, fixable, fixed, suppressed, errors)


def is_fixable(finding: Finding, unsafe_fixes: bool) -> bool:
    """Whether the options allow a finding's fix."""
    wanted = {Applicability.SAFE, Applicability.UNSAFE} if unsafe_fixes else {Applicability.SAFE}
    return finding.applicability in wanted


def read(path: str) -> bytes:
    """A file's bytes. Raises SourceError with the cause."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}") from None


_Work = Callable[[bytes, str, Settings], FileResult]


def _read_and(work: _Work, path: str, settings_for: SettingsFor) -> FileResult:
    try:
        data = read(path)
    except SourceError as error:
        return FileResult(path, Status.ERROR, error=str(error))
    return _guarded(work, data, path, settings_for(path))


def _guarded(work: _Work, data: bytes, path: str, settings: Settings) -> FileResult:
    """One file's trouble is one file's result, whatever it is."""
    try:
        return work(data, path, settings)
    except (SourceError, WriteError) as error:
        return FileResult(path, Status.ERROR, error=str(error))
    except RecursionError:
        return FileResult(path, Status.ERROR, error="nested too deeply to be examined")


def _check(data: bytes, path: str, settings: Settings) -> FileResult:
    found = scan(data, path, settings)
    fixable = any(is_fixable(finding, settings.unsafe_fixes) for finding in found.findings)
    return FileResult(path, _status(found, fixable), found.findings, suppressed=found.suppressed)


def _status(found: Scan, changes: bool) -> Status:
    if changes:
        return Status.WOULD_FIX
    return Status.UNFIXED if found.findings else Status.CLEAN


def _fix(data: bytes, path: str, settings: Settings) -> FileResult:
    found = scan(data, path, settings)
    wanted = [finding for finding in found.findings if is_fixable(finding, settings.unsafe_fixes)]
    if not wanted or found.module is None:
        return FileResult(path, _status(found, False), found.findings, suppressed=found.suppressed)

    # LibCST and difflib are needed only now.
    from deflask.rewrite.diff import unified
    from deflask.rewrite.fix import rewrite

    try:
        rewritten = rewrite(found.module, wanted, found.readers, settings)
        unmasked = _rescan(found, rewritten, path, settings)
    except UnprovedError as error:
        return FileResult(path, Status.ERROR, found.findings, f"{error}: {_REPORT}", suppressed=found.suppressed)
    others = [finding for finding in found.findings if finding not in wanted]
    findings = tuple(sorted([*rewritten.findings, *others, *unmasked], key=lambda f: (f.span, f.rule)))
    if rewritten.data == data:
        return FileResult(path, _status(found, False), findings, suppressed=found.suppressed)
    diff = unified(data, rewritten.data, path)
    return FileResult(path, Status.WOULD_FIX, findings, None, diff, rewritten.data, found.suppressed)


def _rescan(found: Scan, rewritten: Rewritten, path: str, settings: Settings) -> list[Finding]:
    """Scan the result: nothing that was fixed may be found again; what the fix unmasks is a finding of its own.

    Raises UnprovedError.
    """
    after = scan(rewritten.data, path, settings)
    again = [f for f in after.findings for edit in f.edits if edit.span in rewritten.places and edit.kind.name != "GUARD"]
    if again:
        raise UnprovedError(f"{again[0].rule} is found again where it was fixed")
    known = Counter((finding.rule, finding.message) for finding in found.findings)
    return [finding for finding in after.findings if not known[finding.rule, finding.message]]


def _fix_and_write(data: bytes, path: str, settings: Settings) -> FileResult:
    result = _fix(data, path, settings)
    if result.output is None:
        return result
    write(path, data, result.output)
    unsafe = settings.unsafe_fixes
    findings = tuple(replace(f, fixed=True) if is_fixable(f, unsafe) and f.edits else f for f in result.findings)
    return replace(result, status=Status.FIXED, findings=findings)
