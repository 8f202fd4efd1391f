"""The Python that command lines run, wherever they stand: Dockerfiles, Procfiles, units, scripts, configuration."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

# `-c "code"`, `"-c", "code"`, `-c, code]`, and an item of a list for each.
_OPTION = re.compile(
    r"""(?<![\w-])-[a-zA-Z]*c(?:\\?["'])?(?:\s*,\s*|\s*\n\s*-\s+|\s+)
        (?:(?P<quote>\\?["'])(?P<quoted>.{0,4000}?)(?P=quote)|(?P<bare>(?:import|from)\ [\w., ]+))""",
    re.VERBOSE | re.DOTALL,
)
_HEREDOC = re.compile(
    r"python[\d.]*\b[^\n]*<<-?\s*[\"']?(?P<end>\w+)[\"']?[^\n]*\n(?P<code>.{0,4000}?)\n\s*(?P=end)\b", re.DOTALL
)
_COMMENT = re.compile(r"\s*(?:#|;|//|::|@?rem\b)", re.IGNORECASE)


def codes(path: str, data: bytes) -> Iterator[str]:
    """The code that commands in a file hand to Python."""
    text = _without_comments(path, data)
    for option in _OPTION.finditer(text):
        yield (option["quoted"] or option["bare"] or "").strip()
    for here in _HEREDOC.finditer(text):
        yield here["code"]


def runs_file(script: str, path: str, data: bytes) -> bool:
    """Whether a command in a file has Python run a script."""
    place = os.path.normpath(script).replace(os.sep, "/")
    name = re.escape(os.path.basename(place))
    for found in re.finditer(
        rf"\bpython[\w.]*(?:[\s\"',]+-[a-zA-Z]+)*[\s\"',]+([\w./-]*{name})\b", _without_comments(path, data)
    ):
        if f"/{place}".endswith("/" + found[1].removeprefix("./").lstrip("/")):
            return True
    return False


def _without_comments(path: str, data: bytes) -> str:
    """The text without comments; in JSON there are none."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    return text if path.endswith(".json") else "\n".join(map(_without_comment, text.split("\n")))


def _without_comment(line: str) -> str:
    if _COMMENT.match(line):
        return ""
    for found in re.finditer(r"\s#", line):
        before = line[: found.start()]
        if before.count('"') % 2 == 0 and before.count("'") % 2 == 0:
            return before
    return line
