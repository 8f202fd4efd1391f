"""From bytes to findings, from findings to proved bytes: first every file is looked at, then those that change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from deflask.batch import Batch, Watch
from deflask.detect.projects import Projects
from deflask.files.collector import paused_collector
from deflask.files.discovery import Found
from deflask.files.errors import SourceError
from deflask.look import FindProject
from deflask.model import FileResult, Finding, Settings, Status, Summary
from deflask.sieve import sift
from deflask.unit import Unit

if TYPE_CHECKING:
    from deflask.detect.project import Project

Action = Literal["check", "diff", "fix"]
_DEFAULT = Settings()


class Interrupted(KeyboardInterrupt):
    """Ctrl-C while files were written; the `results` say of each whether it was."""

    def __init__(self, results: list[FileResult]) -> None:
        super().__init__()
        self.results = results


@dataclass(frozen=True, slots=True)
class Job:
    """A file to be looked at under some settings; `data` None means what the file at `path` holds.

    One that is `shut` is known to show nothing: it is not looked at, but an edit that others ask for may stand in it.
    """

    path: str
    settings: Settings
    data: bytes | None = None
    shut: bool = False


def check_source(
    source: bytes, path: str, project: Project | None = None, *, settings: Settings = _DEFAULT
) -> list[Finding]:
    """The findings in a file's bytes, `path` being its name in them; without a project only this file is seen.

    Raises `SourceError` where it is not Python.
    """
    result = _only(Job(path, settings, source), "check", lambda _: project)
    if result.error is not None:
        raise SourceError(result.error)
    return list(result.findings)


def fix_source(
    source: bytes, path: str, project: Project | None = None, *, settings: Settings = _DEFAULT
) -> FileResult:
    """What `fix` would make of a file's bytes: `output` and `diff` are None where nothing changes. Raises nothing."""
    return _only(Job(path, settings, source), "diff", lambda _: project)


def _only(job: Job, action: Action, project_of: FindProject) -> FileResult:
    return process(action, [job], project_of)[0]


def check_paths(paths: Iterable[str], settings: Settings = _DEFAULT) -> Iterator[FileResult]:
    """Check files and what is in folders, one result each, in order."""
    return _each("check", paths, settings)


def fix_paths(paths: Iterable[str], settings: Settings = _DEFAULT) -> Iterator[FileResult]:
    """Fix files and what is in folders in place, one result each, in order."""
    return _each("fix", paths, settings)


def _each(action: Action, paths: Iterable[str], settings: Settings) -> Iterator[FileResult]:
    projects = Projects()
    sifted = sift(list(paths), lambda path: settings, projects)
    jobs = (without_looking(each) or Job(each.path, settings, shut=each.path in sifted.shut) for each in sifted.found)
    yield from process(action, jobs, projects.of)


def without_looking(found: Found) -> FileResult | None:
    """The result of a path that is not looked at, None for a file that is."""
    if found.error is not None:
        return FileResult(found.path, Status.ERROR, error=found.error)
    return FileResult(found.path, Status.SKIPPED) if found.skipped is not None else None


def process(
    action: Action,
    jobs: Iterable[Job | FileResult],
    project_of: FindProject,
    processes: int = 1,
    watch: Watch = iter,
) -> list[FileResult]:
    """Look at every file, then change those that can be fixed: one result a job, in order; results pass through.

    Where it pays, at most so many `processes` look; `watch` hands on what is looked at.
    `diff` does all that `fix` does but for the write. Raises nothing but, where `fix` is interrupted, Interrupted.
    """
    batch = Batch(project_of)
    with paused_collector():
        units: list[Unit | FileResult] = [
            job if isinstance(job, FileResult) else batch.add(job.path, job.settings, job.data, job.shut)
            for job in jobs
        ]
        batch.look(processes, watch)
        batch.settle()
        if action != "check":
            batch.rewrite()
        if action == "fix":
            return _written(batch, units)
        return [unit if isinstance(unit, FileResult) else batch.result(unit) for unit in units]


def _written(batch: Batch, units: list[Unit | FileResult]) -> list[FileResult]:
    results: list[FileResult] = []
    try:
        for unit in units:
            results.append(unit if isinstance(unit, FileResult) else batch.write(unit))
    except KeyboardInterrupt:
        rest = (unit if isinstance(unit, FileResult) else batch.written(unit) for unit in units[len(results) :])
        raise Interrupted([*results, *rest]) from None
    return results


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
