"""The options that the commands share, named as in Ruff and Black."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

FORMATS = ("text", "concise", "json", "jsonl")
Command = TypeVar("Command", bound=Callable[..., Any])


def _list(_: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...] | None:
    """Comma-separated and repeated values in one; None where the option was not given."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip()) if values else None


def _patterns(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...] | None:
    from deflask.config import checked_patterns

    with _reporting(context, parameter):
        patterns = _list(context, parameter, values)
        return checked_patterns(patterns) if patterns is not None else None


def selectors(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...] | None:
    from deflask.config import checked_selectors

    with _reporting(context, parameter):
        selectors = _list(context, parameter, values)
        return checked_selectors(selectors) if selectors is not None else None


def setting(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    from deflask.config import checked_text

    with _reporting(context, parameter):
        return checked_text(parameter.opts[0].lstrip("-"), value) if value is not None else None


@contextmanager
def _reporting(context: click.Context, parameter: click.Parameter) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise click.BadParameter(str(error), context, parameter) from None


ignore_suppressions = click.option(
    "--ignore-suppressions", is_flag=True, default=None, help="Report what comments silence, too."
)
_COMMON = (
    click.argument("paths", nargs=-1),
    click.option("--select", multiple=True, metavar="RULES", callback=selectors, help="Only these rules, as DF1."),
    click.option("--extend-select", multiple=True, metavar="RULES", callback=selectors, help="These rules, too."),
    click.option("--ignore", multiple=True, metavar="RULES", callback=selectors, help="Not these rules."),
    click.option("--exclude", multiple=True, metavar="PATTERNS", callback=_patterns, help="Leave these out."),
    click.option("--extend-exclude", multiple=True, metavar="PATTERNS", callback=_patterns, help="These, too."),
    click.option("--no-respect-gitignore", is_flag=True, default=None, help="Look at ignored files, too."),
    ignore_suppressions,
    click.option("--unsafe-fixes", is_flag=True, default=None, help="Count and apply unsafe fixes, too."),
    click.option("--env-var", metavar="NAME", callback=setting, help="The variable to read.  [default: FLASK_DEBUG]"),
    click.option("--no-guard", is_flag=True, default=None, help='Add no `if __name__ == "__main__":`.'),
    click.option(
        "--jobs", type=click.IntRange(1), metavar="N", help="Processes, where they pay.  [default: one a core]"
    ),
    click.option("--stdin-filename", metavar="PATH", help="The name of what `-` reads from standard input."),
    click.option("--output-format", type=click.Choice(FORMATS), default="text", show_default=True),
    click.option("--output-file", metavar="FILE", help="Write the results to a file instead of standard output."),
    click.option("--config", metavar="FILE", help="Use the [tool.deflask] of this file for every file."),
    click.option("--isolated", is_flag=True, help="Ignore all configuration files."),
    click.option("--color/--no-color", default=None, help="Colour the output.  [default: on a terminal]"),
    click.option("-q", "--quiet", is_flag=True, help="Print the results and errors, but nothing else."),
    click.option("-v", "--verbose", is_flag=True, help="Say which files are left out, and why."),
)
_FIXING = (
    click.option(
        "--quote-style",
        metavar="STYLE",
        callback=setting,
        help="Quotes of new code: double, single, or preserve, what the file uses more.  [default: double]",
    ),
)


def common(command: Command) -> Command:
    """What every command over files takes."""
    return _with(command, _COMMON)


def fixing(command: Command) -> Command:
    """What matters only where source is rewritten."""
    return _with(command, _FIXING)


def _with(command: Command, options: tuple[Callable[[Command], Command], ...]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
