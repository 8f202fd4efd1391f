"""The command line: the only room that prints, colours or exits."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from deflask import __version__
from deflask.cli.options import common, fixing
from deflask.cli.rules import rules

if TYPE_CHECKING:
    from deflask.engine import Action

_BULK = "bulk"


class _Commands(click.Group):
    """Commands that end quietly with Ctrl-C: click would print an empty line first.

    The one that has commands of its own is imported only when it is asked for.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in order."""
        return sorted([*super().list_commands(ctx), _BULK])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, None where there is none."""
        if cmd_name != _BULK:
            return super().get_command(ctx, cmd_name)
        from deflask.cli.bulk import bulk

        return bulk

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise click.Abort from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="deflask")
def cli() -> None:
    """Take Flask's debugger out of production.

    Started with nothing set, does this program switch the debugger on? deflask finds where it does and rewrites it so
    that only the environment can.
    """


@cli.command()
@common
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
def check(**options: object) -> None:
    """List findings. Exits with 0 if there are none, 1 if there are, 2 if something failed."""
    _run("check", options)


@cli.command()
@common
@fixing
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if something would change or findings remain.")
def diff(**options: object) -> None:
    """Print what `fix` would change, as a diff that `git apply` takes.

    Exits with 0 if there is nothing to do, 1 if something would change or findings remain, 2 if something failed.
    """
    _run("diff", options)


@cli.command()
@common
@fixing
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if findings remain.")
@click.option("--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if something was fixed, too.")
def fix(**options: object) -> None:
    """Apply safe fixes in place. Exits with 0 if no finding remains, 1 if one does, 2 if something failed."""
    _run("fix", options)


cli.add_command(rules)


def _run(action: Action, options: dict[str, object]) -> None:
    # What a command needs is imported by the command: help and version start at once.
    from deflask.cli.run import run
    from deflask.files.collector import paused_collector

    with paused_collector():
        code = run(action, options)
    sys.exit(code)


def main() -> None:
    """Run the command line; whatever is wrong with the input ends in one line and exit code 2."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(2)
    except click.ClickException as error:
        from deflask.formats.base import visible

        click.echo(f"error: {visible(' '.join(error.format_message().split()))}", err=True)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("error: interrupted", err=True)
        sys.exit(130)
    except OSError as error:  # a broken pipe is not among them: click ends quietly there
        click.echo(f"error: {error.strerror or error}", err=True)
        sys.exit(2)
