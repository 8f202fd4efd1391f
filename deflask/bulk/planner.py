"""What would change in one repository: a function of the repository alone, run in worker processes."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, replace

from deflask.bulk.commit import commit, message
from deflask.bulk.git import Git
from deflask.bulk.model import Change, Options, Outcome, State, Task, stopped
from deflask.bulk.reasons import Reason, Stopped
from deflask.bulk.repository import REGULAR, Entry, Heads, clone, entries, grep, look, objects, text
from deflask.bulk.shape import shape
from deflask.bulk.tree import LFS, Tree, is_source
from deflask.bulk.urls import opened
from deflask.detect.projects import Projects
from deflask.engine import Job, process, summarize
from deflask.files.discovery import SUFFIXES
from deflask.files.sorting import Sorting
from deflask.formats.json import file_object, finding_object
from deflask.look import letters
from deflask.model import FileResult, Settings, Status

OPT_OUT = b".deflaskignore"
"""At the root of a repository: its owner wants no changes by deflask."""
_POINTER = "a pointer of Git LFS"


def plan(task: Task) -> Outcome:
    """What would change in a repository. Raises nothing: whatever stops it is the outcome."""
    return in_scratch(task, lambda git: _first_plan(task, git))


def in_scratch(task: Task, work: Callable[[Git], Outcome]) -> Outcome:
    """The outcome of work with git in a folder that goes away afterwards; what stops it is the outcome."""
    log: list[str] = []
    try:
        url, protocol = opened(task.target.url)
        with _scratch(task) as folder, closing(Git(task.limits, folder, url, protocol, log)) as git:
            outcome = work(git)
    except Stopped as error:
        outcome = stopped(error)
    except OSError as error:
        reason = Reason.DISK_FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else Reason.INTERNAL
        outcome = stopped(Stopped(reason, str(error)))
    except MemoryError:
        outcome = stopped(Stopped(Reason.OUT_OF_MEMORY))
    except Exception as error:
        log.append(traceback.format_exc())
        outcome = stopped(Stopped(Reason.INTERNAL, f"{type(error).__name__}: {error}"))
    return replace(outcome, log="\n".join([*log, outcome.log]).rstrip("\n") + "\n")


@contextmanager
def _scratch(task: Task) -> Iterator[str]:
    folder = os.path.realpath(tempfile.mkdtemp(prefix="deflask-", dir=task.scratch))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _first_plan(task: Task, git: Git) -> Outcome:
    """The plan; where the branch is there, this very commit is ours, as after the loss of a journal, and no other."""
    heads = look(git, task.target.branch, task.options.branch)
    outcome = planned(task, git, heads)
    if outcome.commit is None or heads.ours in (None, task.pushed):
        return outcome
    if outcome.commit == heads.ours:
        return replace(outcome, state=State.PUSHED)
    raise Stopped(Reason.BRANCH_EXISTS, f"{task.options.branch} is at {heads.ours}")


def planned(task: Task, git: Git, heads: Heads) -> Outcome:
    """The plan for a repository whose remote has been looked at. Raises Stopped."""
    clone(git, heads)
    listed = entries(git)
    if any(entry.path == OPT_OUT for entry in listed):
        raise Stopped(Reason.OPTED_OUT)
    settings = _settings(task.options)
    holding = grep(git, [*letters(settings), LFS], [f"*{suffix}" for suffix in SUFFIXES])
    if not holding:
        return Outcome(State.NOTHING_TO_DO)
    with objects(git) as read:
        tree = Tree(listed, read)
        projects = Projects(tree)
        found = process("diff", _jobs(tree, listed, holding, settings, task.limits.blob), projects.of)
        notes = projects.notes()
        by_path = {text(entry.path): entry for entry in listed}
        changed = [(by_path[result.path], result) for result in found if result.output is not None]
        if not changed:
            return _unchanged(found, notes)
        head = read.resolve("HEAD")
        said = message([result for _, result in changed], task.options)
        contents = [(entry, result.output or b"") for entry, result in changed]
        made = commit(git, read, head, task.options.author, said, contents)
    return Outcome(
        State.PLANNED,
        log=_errors(found) + _lines(notes),
        head=head,
        base=heads.base,
        commit=made.commit,
        pack=made.pack,
        diff=(diff := b"".join(result.diff or b"" for _, result in changed)),
        changes=tuple(Change(text(entry.path), entry.oid, made.blobs[entry.path]) for entry, _ in changed),
        shape=shape(diff),
        findings=sum(len(result.findings) for result in found),
        suppressed=sum(result.suppressed for result in found),
        document=_document(found),
    )


def _settings(options: Options) -> Settings:
    return Settings(
        select=options.select,
        unsafe_fixes=options.unsafe_fixes,
        env_var=options.env_var,
        ignore_suppressions=options.ignore_suppressions,
    )


def _jobs(
    tree: Tree, listed: list[Entry], holding: set[bytes], settings: Settings, largest: int
) -> Iterator[Job | FileResult]:
    """The source files of a repository for the engine, with an error those that cannot be looked at."""
    sorting = Sorting(tree.read)
    for entry in listed:
        path = text(entry.path)
        if not path.endswith(SUFFIXES) or entry.mode not in REGULAR or not is_source(path):
            continue
        folder = os.path.dirname(tree.path(entry))
        own = replace(settings, force_sort_within_sections=sorting.within_sections(folder))
        if entry.path not in holding:
            yield Job(path, own, shut=True)
        elif entry.size > largest:
            yield FileResult(path, Status.ERROR, error=f"larger than {largest} bytes")
        else:
            data = tree.data(entry)
            pointer = FileResult(path, Status.ERROR, error=_POINTER) if data.startswith(LFS) else None
            yield pointer or Job(path, own, data)


def _unchanged(found: list[FileResult], notes: list[str]) -> Outcome:
    """The outcome where nothing can be changed; `notes` say what was not looked into."""
    errors = [result for result in found if result.status is Status.ERROR]
    findings = sum(len(result.findings) for result in found)
    suppressed = sum(result.suppressed for result in found)
    unread = [result for result in errors if result.error != _POINTER]
    if unread:
        ours = any("bug of deflask" in (result.error or "") for result in unread)
        outcome = stopped(_stopping(Reason.REWRITE_FAILED if ours else Reason.UNPARSABLE, unread), _errors(found))
    elif findings:
        outcome = Outcome(State.NOTHING_TO_DO, Reason.MANUAL_ONLY, log=_errors(found) + _lines(notes))
    elif errors:
        outcome = stopped(_stopping(Reason.LFS, errors), _errors(found))
    elif suppressed:
        outcome = Outcome(State.NOTHING_TO_DO, Reason.SUPPRESSED, log=_lines(notes))
    elif notes:
        outcome = Outcome(State.NOTHING_TO_DO, Reason.NOT_FOLLOWED, _first(notes), _lines(notes))
    else:
        return Outcome(State.NOTHING_TO_DO)
    return replace(outcome, findings=findings, suppressed=suppressed, document=_document(found))


def _stopping(reason: Reason, errors: list[FileResult]) -> Stopped:
    return Stopped(reason, _first([f"{result.path}: {result.error}" for result in errors]))


def _first(causes: list[str]) -> str:
    return f"{causes[0]} (and {len(causes) - 1} more)" if len(causes) > 1 else causes[0]


def _errors(found: list[FileResult]) -> str:
    return _lines([f"{result.path}: {result.error}" for result in found if result.error is not None])


def _lines(causes: list[str]) -> str:
    return "".join(f"{cause}\n" for cause in causes)


def _document(found: list[FileResult]) -> dict[str, object]:
    """The findings as in the JSON format, and the files that show or silence any, or cannot be examined."""
    telling = [result for result in found if result.findings or result.suppressed or result.error is not None]
    return {
        "findings": [finding_object(finding) for result in telling for finding in result.findings],
        "files": [file_object(result) for result in telling],
        "summary": asdict(summarize(telling)),
    }
