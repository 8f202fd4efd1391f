"""What IPython adds to Python: which lines of a cell are magics, and what stands in their place as Python."""

from __future__ import annotations

import re
from collections.abc import Sequence

PYTHON_BELOW = frozenset("capture debug heat lprun memit mprun prun pyinstrument scalene snakeviz time timeit".split())
"""Cell magics that run the rest of their cell as Python, here."""
_AUTOMATIC = re.compile(
    r"(?:cat|cd|conda|cp|env|ls|load_ext|mamba|matplotlib|mkdir|mv|pip|pwd|reload_ext|rm|run|uv)(?:\s+[\w./~'\"$-].*)?"
)
"""Names that need no `%` where they are the only line of a cell."""
_CELL = re.compile(r"\s*%%(\w*)")
_LINE = re.compile(r"[ \t]*(?:[%!?,;/]|[^\#'\"]*[\w.*\])]\?{1,2}[ \t;]*(?:\#.*)?$)")
_ASSIGNED = re.compile(r"""((?:[^\#=!'"(\[]|\[[^\]]*\]|\([\w\s.,*]*\))+)=[ \t]*[!%]""")
_TOKEN = re.compile(
    r"""\#.*|(?P<triple>\"{3}|'{3})|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?P<opens>[\[({])|(?P<closes>[\])}])"""
)

Replacement = str | None
"""The Python in place of a line, to which a comment can be added; None for a line that stays."""


def replacements(lines: Sequence[str]) -> list[Replacement]:
    """For each line of a cell, without their line ends, what stands in its place."""
    found: list[Replacement] = [None] * len(lines)
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    while first < len(lines) and (cell := _CELL.match(lines[first])):
        if cell[1] not in PYTHON_BELOW:
            return [""] * len(lines)
        found[first] = ""
        first += 1
    if len(lines) == 1 and _AUTOMATIC.fullmatch(lines[0].strip()):
        return [""]
    state = _State()
    continued = False
    for number, line in list(enumerate(lines))[first:]:
        if continued:
            found[number] = ""
        elif state.at_start:
            found[number] = _replacement(line)
        if found[number] is None:
            state.read(line)
        else:
            continued = line.endswith("\\")
    return found


def _replacement(line: str) -> Replacement:
    """What stands in place of a line at which a statement may begin."""
    if assigned := _ASSIGNED.match(line):
        # This is what IPython makes of it, and nobody knows what comes back.
        return f"{assigned[1].rstrip()} = get_ipython()  "
    if not _LINE.match(line):
        return None
    margin = line[: len(line) - len(line.lstrip())]
    # A block needs a statement; a comment does not part imports.
    return f"{margin}pass  " if margin else ""


class _State:
    """Where the lines that were read have led: into a string, into brackets, or to the start of a statement."""

    def __init__(self) -> None:
        self._quote: str | None = None
        self._depth = 0
        self._joined = False

    @property
    def at_start(self) -> bool:
        """Whether the next line begins a statement."""
        return self._quote is None and self._depth == 0 and not self._joined

    def read(self, line: str) -> None:
        """Go on to the end of a line of Python."""
        position = 0
        comment = False
        while position < len(line):
            if self._quote is not None:
                closing = re.compile(rf"(?:\\.|[^\\])*?{self._quote}").match(line, position)
                if closing is None:
                    break
                self._quote, position = None, closing.end()
            elif token := _TOKEN.search(line, position):
                self._quote, position = token["triple"], token.end()
                self._depth = max(self._depth + bool(token["opens"]) - bool(token["closes"]), 0)
                comment = token[0].startswith("#")
            else:
                break
        self._joined = line.endswith("\\") and not comment
