"""The comments that silence a line, deflask's own and those of the scanners in use."""

from __future__ import annotations

import io
import re
import tokenize
from dataclasses import dataclass

from deflask.files.source import Source

_FILE = re.compile(rb"#\s*deflask:\s*ignore-file\b")
_FORMS = re.compile(
    r"""\#\s*(?:
        deflask:\s*ignore\b(?!-)(?:\[(?P<own>[^\]]*)\])?
      | nosec\b(?:[:\s]\s*(?P<bandit>[A-Z]\d+(?:[,\s]+[A-Z]\d+)*|flask_debug_true))?
      | noqa\b(?:\s*:\s*(?P<flake>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*))?
      | (?P<above>nosemgrep\b|codeql\[py/flask-debug\])(?::\s*(?P<semgrep>[\w.\-, ]+))?
      | NOSONAR\b
      | lgtm\[py/flask-debug\]
    )""",
    re.VERBOSE | re.IGNORECASE,
)
# The words alone: to ask for a `#` before them would take the square of a line of hashes.
_WORTH_READING = re.compile(rb"(?i)deflask|nosec|noqa|nosemgrep|nosonar|lgtm|codeql")


@dataclass(frozen=True, slots=True)
class Suppressions:
    """The comments of one file by line (1-based)."""

    whole_file: bool
    lines: dict[int, str]
    alone: frozenset[int]
    """Lines that hold nothing but a comment."""

    def covers(self, rule: str, lines: range) -> bool:
        """Whether a comment on one of the lines silences a rule, given as code and name.

        CodeQL and Semgrep also take the line above.
        """
        if self.whole_file or any(_silences(self.lines.get(line, ""), rule) for line in lines):
            return True
        above = lines.start - 1
        return above in self.alone and _silences(self.lines[above], rule, above=True)


def _silences(comment: str, rule: str, above: bool = False) -> bool:
    for form in _FORMS.finditer(comment):
        if above and not form["above"]:
            continue
        code, _, name = rule.partition(" ")
        own = f"{name.upper()}|{'(?:'.join(code)}{')?' * (len(code) - 1)}"
        named = {"own": own, "bandit": "B201|FLASK_DEBUG_TRUE", "flake": "S201", "semgrep": ".*DEBUG.*"}
        listed = [(form[key], accepted) for key, accepted in named.items() if form[key]]
        if not listed or all(_names(text, accepted) for text, accepted in listed):
            return True
    return False


def _names(text: str, accepted: str) -> bool:
    return any(re.fullmatch(accepted, word.upper()) for word in re.split(r"[,\s]+", text.strip()))


def read(source: Source) -> Suppressions:
    """The comments of a file; a comment's text inside a string is none."""
    data = b"".join(source.lines)
    if not _WORTH_READING.search(data):
        return Suppressions(False, {}, frozenset())
    lines: dict[int, str] = {}
    alone = set()
    whole_file = False
    reader = io.BytesIO(source.data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")).readline
    for token in tokenize.tokenize(reader):
        if token.type == tokenize.COMMENT:
            lines[token.start[0]] = token.string
            whole_file = whole_file or bool(_FILE.match(token.string.encode()))
            if not token.line[: token.start[1]].strip():
                alone.add(token.start[0])
    return Suppressions(whole_file, lines, frozenset(alone))
