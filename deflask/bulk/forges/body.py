"""What a pull request and its commit say: templates that the user can replace, filled with escaped text."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from deflask import __version__
from deflask.bulk.forges.text import code, one_line, prose, title
from deflask.formats.base import located
from deflask.model import Place

_SHOWN = 50
_LONGEST_TITLE = 250
_LONGEST_BODY = 60_000
"""GitHub takes 65,536 characters of body and 256 of title, GitLab more of the one and 255 of the other."""
_MARK = "<!-- deflask: closed by the campaign -->"
_CWE = "https://cwe.mitre.org/data/definitions/489.html"

PULL_REQUEST = (
    "Let only the environment switch Flask's debugger on\n\n"
    "$why\n\n"
    "$findings\n\n"
    "### How to turn it on now\n\n"
    "```console\n$$ $variable=1 python app.py\n```\n\n"
    # One line a paragraph: forges keep line breaks.
    "Only `$variable=1` switches debug on where its argument decides; `flask run --debug` works as before. Every byte "
    "outside the changed statements and the import stayed as it was.\n\n"
    "Commits that you add to this branch are left alone. If you do not want it, close it: it stays closed.\n"
)
COMMIT = """\
Let only the environment switch Flask's debugger on

Started with nothing set, this program switched the debugger on
in $places, and whoever reaches it then runs code:

$rules

To debug, set $variable=1.

See $link
"""
_WHY = (
    "Started with nothing set, this program switches Flask's debugger on: whoever reaches the server gets a Python "
    f"console on it ([CWE-489]({_CWE})). With this change only the environment can switch it on."
)
_OF_PULL_REQUESTS = ("repository", "findings", "variable", "why", "version")
_OF_COMMITS = ("rules", "places", "variable", "link", "version")


class TemplateError(Exception):
    """A template that cannot be used, and why."""


@dataclass(frozen=True, slots=True)
class PullRequestText:
    """A template whose first line is the title and whose rest is the body, as in a commit message."""

    template: str = PULL_REQUEST

    @classmethod
    def read(cls, path: Path) -> PullRequestText:
        """The user's own."""
        return cls(_checked(path, _OF_PULL_REQUESTS))

    def filled(self, repository: str, findings: str, variable: str = "FLASK_DEBUG") -> tuple[str, str]:
        """Title and body. `findings` is what `described` made; a variable is a Python-like name."""
        first, _, rest = self.template.strip("\n").partition("\n")
        values = {"variable": variable, "version": __version__, "why": _WHY}
        heading = {**values, "repository": title(repository), "findings": "", "why": ""}
        body = Template(rest.strip("\n")).substitute(values, repository=code(repository), findings=findings) + "\n"
        return " ".join(Template(first).substitute(heading).split())[:_LONGEST_TITLE], _shortened(body)


def described(findings: Iterable[Mapping[str, Any]], unsafe_fixes: bool = False) -> str:
    """What is changed, what is left and why, as Markdown that does nothing but show the repository's text.

    Findings are those of the JSON format, as a plan keeps them: what the options allow is changed.
    """
    allowed = ("safe", "unsafe") if unsafe_fixes else ("safe",)
    changed, left = [], []
    for finding in findings:
        place = code(located(Place(finding["path"], finding["line"], finding["cell"])))
        line = f"* {place}: {finding['rule']}, {prose(finding['message'])}"
        if finding["fixed"] or finding["applicability"] in allowed:
            guard = finding["guard"]
            changed.append(f"{line}; the guard was {prose(guard)}" if guard.startswith("left: ") else line)
        else:
            left.append(f"{line}; left, because {prose(finding['reason'] or 'its fix is not safe')}")
    parts = [("### What is changed", changed), ("### What is left to you", left)]
    return "\n\n".join(f"{heading}\n\n{_listed(lines)}" for heading, lines in parts if lines)


def commit_message(
    rules: Mapping[str, int], variable: str = "FLASK_DEBUG", template: str = COMMIT, sign_off: str | None = None
) -> str:
    """The same for the same change: it knows no campaign, no time and no path. `sign_off` is `Name <address>`."""
    count = sum(rules.values())
    values = {
        "rules": "\n".join(f"  {rule}: {number}" for rule, number in sorted(rules.items())),
        "places": f"{count} {'place' if count == 1 else 'places'}",
        "variable": variable,
        "link": _CWE,
        "version": __version__,
    }
    text = Template(template.strip("\n")).substitute(values).rstrip("\n")
    signed = [f"Signed-off-by: {one_line(sign_off)}"] if sign_off else []
    return "\n".join([text, "", *signed, f"Deflask-Version: {__version__}", ""])


def read_commit_template(path: Path) -> str:
    """The user's own."""
    return _checked(path, _OF_COMMITS)


def closed_by_us(body: str) -> str:
    """The body with a note that we have closed it: what is closed without one was closed by a person."""
    if is_closed_by_us(body):
        return body
    return f"{body.rstrip()}\n\nClosed by deflask, because the campaign was withdrawn.\n{_MARK}\n"


def is_closed_by_us(body: str) -> bool:
    """Whether the note is there."""
    return _MARK in body


def _listed(lines: list[str]) -> str:
    more = [f"* … and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return "\n".join([*lines[:_SHOWN], *more])


def _shortened(body: str) -> str:
    if len(body) <= _LONGEST_BODY:
        return body
    # At a line's end, so that no construct is cut open and swallows what follows.
    return body[:_LONGEST_BODY].rpartition("\n")[0] + "\n\n…\n"


def _checked(path: Path, known: tuple[str, ...]) -> str:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if not text.strip():
        raise TemplateError(f"{path}: is empty")
    for match in re.finditer(Template.pattern, text):
        name = match["named"] or match["braced"]
        line = text.count("\n", 0, match.start()) + 1
        if match["invalid"] is not None:
            raise TemplateError(f"{path}:{line}: a lone `$`; write `$$` for the character")
        if name is not None and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean ${near[0]}?" if near else f"known are {', '.join(f'${each}' for each in known)}"
            raise TemplateError(f"{path}:{line}: ${name} is not known; {hint}")
    return text
