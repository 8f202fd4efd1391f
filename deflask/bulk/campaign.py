"""A campaign is a folder: the journal, a lock, and the diffs, packs and logs of its repositories."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from deflask.bulk import disk, home
from deflask.bulk.engines import Engine, Lost
from deflask.bulk.home import JOURNAL, CampaignError
from deflask.bulk.journal import Journal, Row
from deflask.bulk.model import STOPPED, Limits, Options, Outcome, State, Task, stopped
from deflask.bulk.planner import plan
from deflask.bulk.reasons import Reason, Stopped
from deflask.bulk.urls import slug
from deflask.formats.base import visible

_TEMPLATE = "template"
"""The one option that can be chosen again, and is no part of what is planned."""
_SCRATCH = "scratch"
"""The name of the folder for what is not kept: no other has it, so that nothing of anybody else is taken away."""


@dataclass(slots=True)
class Campaign:
    """An open campaign. What is written needs the lock, which `opened` takes."""

    folder: str
    journal: Journal
    options: Options
    limits: Limits = field(default_factory=Limits)
    scratch: str | None = None
    """The folder for what is not kept; None while the campaign is only read."""

    def path(self, kind: str, row: Row, suffix: str) -> str:
        """The file that holds something of a repository."""
        return os.path.join(self.folder, kind, f"{row.id:05}-{slug(row.name)}.{suffix}")

    def diff(self, row: Row) -> bytes:
        """What the plan changes, as a unified diff; nothing where there is none."""
        return _read(self.path("diffs", row, "diff")) or b""

    def pack(self, row: Row) -> bytes | None:
        """The pack that holds the commit of the plan, None where it is no longer there."""
        return _read(self._pack(row.commit or "none"))

    def _pack(self, commit: str) -> str:
        return os.path.join(self.folder, "packs", f"{commit}.pack")

    def task(self, row: Row, local: bool) -> Task:
        """A repository as it goes to a worker, which is on this machine or not."""
        scratch = self.scratch if local else None
        return Task(row.id, row.target, self.options, self.limits, scratch, pushed=row.pushed, pushed_to=row.pushed_to)

    def keep(self, row: Row, outcome: Outcome) -> None:
        """Write what came of planning a repository: first the files, then the journal, which says they are there."""
        if outcome.commit is not None and outcome.pack is not None and outcome.diff is not None:
            disk.replace(self._pack(outcome.commit), outcome.pack)
            disk.replace(self.path("diffs", row, "diff"), outcome.diff)
        if outcome.state is not State.NOTHING_TO_DO or outcome.reason is not None:
            self.keep_log(row, outcome.log)
        self.journal.record_plan(row.id, outcome)

    def keep_log(self, row: Row, log: str) -> None:
        """Add to the log of a repository, which is read at a terminal: what servers say is escaped."""
        if log.strip():
            disk.append(self.path("logs", row, "log"), "\n".join(map(visible, log.split("\n"))))

    def template(self, given: str | None) -> str | None:
        """The template of the campaign's pull requests: the one that is given, else the last that was."""
        if given is not None:
            self.journal.choose({_TEMPLATE: given})
        kept = self.journal.options().get(_TEMPLATE)
        return str(kept) if kept is not None else None

    def to_plan(self, retry_failed: bool = False) -> list[int]:
        """The repositories that are pending, and those that failed or were skipped before there was a plan."""
        rows = self.journal.rows([State.PENDING, *(STOPPED if retry_failed else ())])
        return [row.id for row in rows if row.commit is None and row.reason is not Reason.DUPLICATE]

    def plan(self, engine: Engine, ids: Iterable[int]) -> Iterator[Row]:
        """Plan some repositories; each as it is done."""
        tasks = (self.task(self.journal.row(number), engine.local) for number in ids)
        for task, result in engine.run(plan, tasks):
            row = self.journal.row(task.id)
            self.keep(row, lost(result) if isinstance(result, Lost) else result)
            yield self.journal.row(task.id)


def lost(result: Lost) -> Outcome:
    """The outcome of a repository whose work came to no end."""
    reason = Reason.TIMEOUT if result.slow else Reason.WORKER_DIED
    return stopped(Stopped(reason, result.cause), f"{result.cause}\n")


def is_campaign(folder: str) -> bool:
    """Whether a folder holds a campaign."""
    return os.path.exists(os.path.join(folder, JOURNAL))


@contextlib.contextmanager
def opened(folder: str, wanted: dict[str, Any] | None = None, reading: bool = False) -> Iterator[Campaign]:
    """The campaign of a folder, locked against others unless it is only for `reading`.

    `wanted` are the options of a campaign that may be new; once something is listed, they must be the same. Raises
    CampaignError.
    """
    folder = os.path.realpath(folder)
    with contextlib.ExitStack() as stack:
        try:
            home.check(folder, may_be_new=wanted is not None)
            if not reading:
                stack.enter_context(home.locked(folder))
            journal = stack.enter_context(
                contextlib.closing(Journal(os.path.join(folder, JOURNAL), writing=not reading))
            )
            options = _options(journal, folder, wanted)
            scratch = None if reading else home.emptied(folder, _scratch(journal))
        except OSError as error:
            raise CampaignError(f"{folder}: {error.strerror or error}") from None
        yield Campaign(folder, journal, options, scratch=scratch)


def _scratch(journal: Journal) -> str:
    name = journal.options().get(_SCRATCH)
    if name is None:
        name = f"scratch-{secrets.token_hex(8)}"
        journal.choose({_SCRATCH: name})
    return str(name)


def _options(journal: Journal, folder: str, wanted: dict[str, Any] | None) -> Options:
    stored = journal.options()
    for apart in (_TEMPLATE, _SCRATCH):
        stored.pop(apart, None)
    if not stored or (wanted is not None and not journal.counts()):
        options = Options(**{"name": os.path.basename(folder), **(wanted or {})})
        if wanted is not None:
            journal.choose(asdict(options))
        return options
    stored["select"] = tuple(stored["select"]) if stored["select"] is not None else None
    options = Options(**stored)
    for key, value in (wanted or {}).items():
        before = getattr(options, key)
        if before != value:
            ways_out = "leave the option out, or begin another campaign"
            planned = f"{_shown(key, before)}, and not {_shown(key, value)}"
            raise CampaignError(f"{folder}: the campaign was planned {planned}: {ways_out}")
    return options


def _shown(key: str, value: object) -> str:
    """An option with its value, as the command line has it."""
    option = f"--{key.replace('_', '-')}"
    if value is None or value is False:
        return f"without {option}"
    text = ",".join(value) if isinstance(value, tuple) else "" if value is True else str(value).partition("\n")[0]
    return f"with {option} {text}".rstrip()


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
