"""`deflask rules`: what a rule finds, why, and how to fix it by hand."""

from __future__ import annotations

import difflib

import click


@click.command()
@click.argument("rule", required=False)
def rules(rule: str | None) -> None:
    """List the rules, or print the documentation of one."""
    from deflask.rules import load

    known = load()
    if rule is None:
        for each in known.values():
            off = "" if each.default else " (off by default)"
            click.echo(f"{each.code}  {each.name:20} {each.summary}{off}")
        return
    found = [each for each in known.values() if rule.upper() == each.code or rule == each.name]
    if not found:
        names = [*known, *(each.name for each in known.values())]
        near = difflib.get_close_matches(rule, names, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}."
        raise click.BadParameter(f"{rule!r} is no rule; {hint}", param_hint="RULE")
    click.echo(f"{found[0].code} {found[0].name}\n\n{found[0].documentation}")
