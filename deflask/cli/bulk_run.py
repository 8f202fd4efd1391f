"""What `deflask bulk` does with its options: sources, engine, progress, exit code."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import click

from deflask.bulk import report
from deflask.bulk.apply import apply as apply_campaign
from deflask.bulk.apply import waiting
from deflask.bulk.campaign import Campaign, is_campaign, opened
from deflask.bulk.database import JournalError
from deflask.bulk.engines import Engine, EngineError
from deflask.bulk.engines.local import Local
from deflask.bulk.forges import ForgeError
from deflask.bulk.forges.choice import ForgeChoiceError
from deflask.bulk.forges.pacing import Halted
from deflask.bulk.forges.token import TokenError
from deflask.bulk.home import CampaignError
from deflask.bulk.journal import Row
from deflask.bulk.model import State
from deflask.cli.bulk_sources import SOURCES, targets
from deflask.formats.base import visible

_CHOSEN = ("name", "author", "select", "unsafe_fixes", "env_var", "ignore_suppressions", "commit_template", "signoff")
_OF_DASK = ("scheduler", "tls_ca_file", "tls_cert", "tls_key")
_ERRORS = (CampaignError, EngineError, ForgeChoiceError, ForgeError, Halted, JournalError, TokenError)
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
_AUTHOR = re.compile(r"[^<>\n]+ <[^<>\s]+>")
_PACE = 0.2
"""Seconds between two lines of progress."""


@contextmanager
def campaign_of(folder: str, wanted: dict[str, Any] | None = None, reading: bool = False) -> Iterator[Campaign]:
    """The campaign of a folder; what is wrong with it ends the command in one line."""
    with _in_one_line(), _ended_like_by_ctrl_c(), opened(folder, wanted, reading) as campaign:
        yield campaign


@contextmanager
def _in_one_line() -> Iterator[None]:
    try:
        yield
    except _ERRORS as error:
        raise click.ClickException(visible(str(error))) from None
    except BrokenPipeError:  # whoever reads has read enough: click ends quietly
        raise
    except OSError as error:
        name = f"{error.filename}: " if isinstance(error.filename, str) else ""
        raise click.ClickException(visible(f"{name}{error.strerror or error}")) from None


@contextmanager
def _ended_like_by_ctrl_c() -> Iterator[None]:
    """What CI, systemd and a terminal that is closed send ends the run in order, unless it is ignored (nohup)."""
    ours = [each for each in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(each) is signal.SIG_DFL]
    for each in ours:
        signal.signal(each, signal.default_int_handler)
    try:
        yield
    finally:
        for each in ours:
            signal.signal(each, signal.SIG_DFL)


def plan(options: dict[str, Any]) -> None:
    """Take in the sources and plan."""
    engine = _engine(options)
    wanted = {key: options[key] for key in _CHOSEN if options[key] is not None}
    name = wanted.get("name", os.path.basename(os.path.realpath(options["folder"])))
    if not _NAME.fullmatch(name) or ".." in name or name.endswith(".lock"):
        raise click.UsageError(f"{name!r} is no name for a branch; --name gives another one")
    if not _AUTHOR.fullmatch(wanted.get("author", "deflask <deflask>")):
        raise click.BadParameter("not of the form 'Name <mail>'", param_hint="--author")
    is_new = not is_campaign(options["folder"])
    if is_new and not any(options[name] for name in SOURCES):
        raise click.UsageError("no repository is named, neither by its URL nor by --from, --dir or a forge")
    with _in_one_line(), targets(options) as found:
        # What cannot be listed begins no campaign: its options would bind the next call.
        listed = list(found) if is_new else found
        with campaign_of(options["folder"], wanted) as campaign:
            if not campaign.journal.add(listed) and any(options[name] for name in SOURCES):
                click.echo("note: no repository is listed", err=True)
            ids = campaign.to_plan(options["retry_failed"])
            progress = Progress("Planning", len(ids))
            for row in campaign.plan(engine, ids):
                progress.done(row)
            progress.end()
            status_of(campaign)


def apply(options: dict[str, Any]) -> int:
    """Push what is approved; the exit code."""
    from deflask.cli.bulk_forge import lent_to_git, open_pull_requests

    engine = _engine(options)
    with campaign_of(options["folder"]) as campaign, ExitStack() as stack:
        _hint(campaign)
        if options["pull_requests"]:
            return open_pull_requests(campaign, engine, options)
        ids = waiting(campaign, options["retry_failed"])[: options["limit"]]
        stack.enter_context(lent_to_git(campaign, ids, options))
        if options["dry_run"]:
            for row in map(campaign.journal.row, ids):
                click.echo(f"{visible(row.name)}: would push {row.commit} to {campaign.options.branch}")
            if not ids:
                status_of(campaign)
            return 0
        progress = Progress("Pushing", len(ids))
        failed = 0
        for row in apply_campaign(campaign, engine, ids):
            progress.done(row)
            failed += row.state is State.FAILED
        progress.end()
        status_of(campaign)
    return int(failed > 0)


def _hint(campaign: Campaign) -> None:
    """Say what a person still has to do before there is anything to push."""
    count = campaign.journal.counts().get(State.PLANNED, 0)
    if count:
        what = "repository waits" if count == 1 else "repositories wait"
        click.echo(f"note: {count} {what} for `deflask bulk review`", err=True)


def status_of(campaign: Campaign) -> None:
    """Say where the campaign stands."""
    _print(report.status(campaign, "text"))


def tell(folder: str, what: str, output_format: str) -> bool:
    """Print `status` or `report`; whether something failed or waits."""
    with campaign_of(folder, reading=True) as campaign:
        _print((report.status if what == "status" else report.report)(campaign, output_format))
        return report.unsettled(campaign)


def _print(pieces: Iterator[str]) -> None:
    for piece in pieces:
        click.echo(piece, nl=False)


def _engine(options: dict[str, Any]) -> Engine:
    other = {"local": _OF_DASK, "dask": ("jobs",)}[options["engine"]]
    for name in other:
        if options[name] is not None:
            engine = "dask" if options["engine"] == "local" else "local"
            raise click.UsageError(f"--{name.replace('_', '-')} needs --engine {engine}")
    if options["engine"] == "local":
        return Local(options["jobs"] or os.cpu_count() or 1)
    if not options["scheduler"]:
        raise click.UsageError("--engine dask needs the address of its --scheduler")
    from deflask.bulk.engines.dask import Dask

    return Dask(options["scheduler"], options["tls_ca_file"], options["tls_cert"], options["tls_key"])


@dataclass
class Progress:
    """Counts by state and the time left, on a terminal; elsewhere nothing."""

    label: str
    total: int
    started: float = field(default_factory=time.monotonic)
    counts: dict[str, int] = field(default_factory=dict)
    said: float = 0.0

    def done(self, row: Row) -> None:
        """Another repository is done."""
        self.counts[row.state.value] = self.counts.get(row.state.value, 0) + 1
        now = time.monotonic()
        if now - self.said > _PACE:
            self.said = now
            self._say(now)

    def _say(self, now: float) -> None:
        if not _takes_lines_back():
            return
        number = sum(self.counts.values())
        left = (now - self.started) / number * (self.total - number)
        states = ", ".join(f"{count} {state}" for state, count in sorted(self.counts.items()))
        click.echo(f"\r\033[K{self.label} {number}/{self.total}: {states}; {_clock(left)} left", nl=False, err=True)

    def end(self) -> None:
        """Leave the line."""
        if self.counts and _takes_lines_back():
            click.echo("\r\033[K", nl=False, err=True)


def _takes_lines_back() -> bool:
    """Whether messages go to a terminal on which a line can be written anew."""
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"
