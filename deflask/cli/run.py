"""One run over paths: settings, work, output, exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TextIO

import click

from deflask import engine
from deflask.batch import Watch, fixed
from deflask.cli.progress import progress
from deflask.config import ConfigError, Configuration
from deflask.detect.projects import Projects
from deflask.files.discovery import Found
from deflask.formats.base import Report, visible, where
from deflask.model import FileResult, Settings, Status
from deflask.sieve import sift

_CONFIGURATION = "configuration: "
_OVERRIDES = (
    "select extend_select ignore exclude extend_exclude no_respect_gitignore ignore_suppressions unsafe_fixes "
    "env_var no_guard quote_style"
).split()


@dataclass(frozen=True, slots=True)
class Invocation:
    """What the user asked for, beyond the settings of files."""

    action: engine.Action
    paths: tuple[str, ...]
    output_format: str
    output_file: str | None
    stdin_filename: str | None
    jobs: int
    color: bool
    quiet: bool
    verbose: bool
    exit_zero: bool
    exit_non_zero_on_fix: bool


def run(action: engine.Action, options: dict[str, Any]) -> int:
    """Do what a command asks; the exit code. Everything printed is printed here."""
    invocation = _invocation(action, options)
    overrides = {name: options[name] for name in _OVERRIDES if options.get(name) is not None}
    configuration = Configuration(overrides, options["isolated"], options["config"], rewriting=action != "check")
    interrupted: engine.Interrupted | None = None
    try:
        results, source = _results(invocation, configuration)
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
    except engine.Interrupted as stopped:
        # What was done until then is told all the same.
        interrupted, results, source = stopped, stopped.results, None
    _errors(results)
    summary = engine.summarize(results)
    report = Report(action, results, summary, invocation.quiet, invocation.color)
    _print(invocation, report, source)
    if interrupted is not None:
        raise interrupted
    return _exit_code(invocation, results)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def _invocation(action: engine.Action, options: dict[str, Any]) -> Invocation:
    paths = options["paths"] or (".",)
    if "-" in paths and len(paths) > 1:
        raise click.UsageError("`-` stands for standard input and cannot be combined with other paths")
    if options["quiet"] and options["verbose"]:
        raise click.UsageError("--quiet and --verbose exclude each other")
    color = options["color"]
    if color is None:
        color = "NO_COLOR" not in os.environ and _is_terminal(sys.stdout) and options["output_file"] is None
    return Invocation(
        action,
        paths,
        options["output_format"],
        options["output_file"],
        options["stdin_filename"],
        options["jobs"] or _cores(),
        color,
        options["quiet"],
        options["verbose"],
        options["exit_zero"],
        options.get("exit_non_zero_on_fix", False),
    )


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _results(invocation: Invocation, configuration: Configuration) -> tuple[list[FileResult], bytes | None]:
    """The results, and the source that came by standard input."""
    if invocation.paths == ("-",):
        if sys.stdin is None:
            raise click.ClickException("-: standard input is closed")
        source = sys.stdin.buffer.read()
        name = invocation.stdin_filename or "-"
        settings = configuration.settings_for(name if invocation.stdin_filename else ".")
        return [_of_stdin(invocation.action, source, name, settings)], source
    projects = Projects()
    sifted = sift(invocation.paths, _settings_to_look_with(configuration), projects)
    found = sifted.found
    if invocation.verbose:
        for each in (each for each in found if each.skipped):
            click.echo(f"skipped: {visible(each.path)}: {each.skipped}", err=True)
    shown = _is_terminal(sys.stderr) and not invocation.quiet
    label = {"check": "Checking", "diff": "Comparing", "fix": "Fixing"}[invocation.action]
    jobs = (_job(each, configuration, each.path in sifted.shut) for each in found)
    watch: Watch = lambda units: progress(units, label, shown)  # noqa: E731
    results = engine.process(invocation.action, jobs, projects.of, invocation.jobs, watch)
    if invocation.verbose:
        for note in projects.notes():
            click.echo(f"note: {visible(note)}", err=True)
    return results, None


def _of_stdin(action: engine.Action, source: bytes, name: str, settings: Settings) -> FileResult:
    project = Projects().of(name) if name != "-" else None
    # What comes by standard input goes to standard output: nothing is written in place.
    instead: engine.Action = "check" if action == "check" else "diff"
    [result] = engine.process(instead, [engine.Job(name, settings, source)], lambda _: project)
    return fixed(result) if action == "fix" and result.output is not None else result


def _job(found: Found, configuration: Configuration, closed: bool) -> engine.Job | FileResult:
    looked_past = engine.without_looking(found)
    if looked_past is not None:
        return looked_past
    try:
        return engine.Job(found.path, configuration.settings_in(os.path.dirname(found.path)), shut=closed)
    except ConfigError as error:
        return FileResult(found.path, Status.ERROR, error=f"{_CONFIGURATION}{error}")


def _settings_to_look_with(configuration: Configuration) -> Callable[[str], Settings]:
    """Where a configuration is broken, its files are looked for as if there were none, to be reported one by one."""

    def settings_for(path: str) -> Settings:
        try:
            return configuration.settings_in(path)
        except ConfigError:
            return Settings()

    return settings_for


def _errors(results: Iterable[FileResult]) -> None:
    lines = []
    for result in results:
        if result.status is Status.ERROR:
            text = result.error or ""
            # What is wrong with a configuration is said once, not for each of its files.
            own = text.startswith(_CONFIGURATION)
            lines.append(text.removeprefix(_CONFIGURATION) if own else f"{result.path}: {text}")
    for line in dict.fromkeys(lines):
        click.echo(f"error: {visible(line)}", err=True)


def _print(invocation: Invocation, report: Report, source: bytes | None) -> None:
    """The results to standard output or the file, what is said besides to standard error."""
    if source is not None and invocation.action == "fix":
        output = report.results[0].output
        _write(source if output is None else output)
        click.echo(_rendered(invocation, report), nl=False, err=True, color=invocation.color)
    elif invocation.action == "diff" and invocation.output_format == "text":
        shown = invocation.color or (invocation.output_file is None and _is_terminal(sys.stdout))
        _put(invocation, b"".join(_shown(report, invocation.color) if shown else _diffs(report)))
        _remains(invocation, report)
    else:
        _put(invocation, _rendered(invocation, report).encode("utf-8", "surrogateescape"))


def _rendered(invocation: Invocation, report: Report) -> str:
    module = import_module(f"deflask.formats.{invocation.output_format}")
    text: str = module.render(report)
    return text


def _put(invocation: Invocation, data: bytes) -> None:
    if invocation.output_file is None:
        _write(data)
        return
    try:
        with open(invocation.output_file, "wb") as file:
            file.write(data)
    except OSError as error:
        raise click.ClickException(f"{invocation.output_file}: cannot be written: {error.strerror}") from None


def _write(data: bytes) -> None:
    if sys.stdout is None:  # whoever started us has closed it
        return
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as error:
        # What could not be written must not be tried again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        # A reader that has seen enough, as `head`, is no failure: the exit code says what was found.
        if not isinstance(error, BrokenPipeError):
            raise click.ClickException(f"standard output: {error.strerror}") from None


def _diffs(report: Report) -> Iterable[bytes]:
    return (result.diff for result in report.results if result.diff is not None)


def _shown(report: Report, color: bool) -> Iterable[bytes]:
    """The diffs for people: what a terminal would obey is escaped, and of CRLF only the line feed is left."""
    for diff in _diffs(report):
        for line in diff.split(b"\n")[:-1]:
            code = {b"+": b"32", b"-": b"31", b"@": b"36"}.get(line[:1]) if color else None
            text = visible(line.removesuffix(b"\r").decode("utf-8", "surrogateescape")).encode()
            yield b"\033[" + code + b"m" + text + b"\033[0m\n" if code else text + b"\n"


def _remains(invocation: Invocation, report: Report) -> None:
    """For `diff`, whose standard output is the diff alone."""
    from deflask.formats import text

    for result in report.results:
        for finding in result.findings:
            if not finding.fixable:
                reason = visible(finding.reason or "")
                click.echo(f"{where(finding)} {finding.rule} {reason}", err=True)
    if not invocation.quiet:
        click.echo(text.notes(report) + text.summary(report), nl=False, err=True, color=invocation.color)


def _exit_code(invocation: Invocation, results: Iterable[FileResult]) -> int:
    statuses = {result.status for result in results}
    if Status.ERROR in statuses:
        return 2
    remains = any(not finding.fixed for result in results for finding in result.findings)
    changed = Status.FIXED in statuses and invocation.exit_non_zero_on_fix
    return int((remains and not invocation.exit_zero) or changed)
