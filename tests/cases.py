"""The fixture pairs: found by name, with their options, and varied in line ends, marks and indentation."""

from __future__ import annotations

import codecs
import re
import tokenize
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import groupby
from pathlib import Path

from deflask.config import settings_from
from deflask.engine import fix_source
from deflask.files.notebook.python import to_python
from deflask.files.toml import parse_toml
from deflask.model import FileResult, Finding, Settings, Status
from deflask.rules import load

FIXTURES = Path(__file__).parent.parent / "fixtures"
VARIANTS = ("crlf", "bom", "tabs", "no final newline")


@dataclass(frozen=True)
class Case:
    """One pair: what goes in, what comes out, and what is reported besides."""

    path: Path
    before: bytes
    after: bytes
    report: str | None

    @property
    def name(self) -> str:
        return str(self.path.relative_to(FIXTURES)).removesuffix(f".in{self.path.suffix}")

    @property
    def kind(self) -> str:
        """`fix`, `keep` or `refuse`."""
        return self.path.relative_to(FIXTURES).parts[1]

    @property
    def logical_path(self) -> str:
        """The path that deflask is told."""
        return "/".join(self.path.relative_to(FIXTURES).parts[2:]).replace(".in.", ".")

    @property
    def settings(self) -> Settings:
        """The options in the `.toml` beside the case; a rule's own folder switches that rule on."""
        toml = self.sibling(".toml")
        settings = settings_from(parse_toml(toml.read_bytes()), str(toml)) if toml.exists() else Settings()
        topic = self.path.relative_to(FIXTURES).parts[0]
        own = tuple(rule.code for rule in load().values() if rule.name == topic)
        return replace(settings, extend_select=(*settings.extend_select, *own))

    def sibling(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name.removesuffix(f".in{self.path.suffix}") + suffix)

    def sources(self, data: bytes) -> list[bytes]:
        """What Python compiles of a file: all of it, or each cell of a notebook by itself."""
        if self.path.suffix != ".ipynb":
            return [data]
        notebook = to_python(data)
        lines = zip(notebook.lines, notebook.places, strict=True)
        return ["".join(line for line, _ in cell).encode() for _, cell in groupby(lines, key=lambda pair: pair[1][0])]

    def run(self, data: bytes | None = None) -> FileResult:
        """What deflask makes of the case, or of other bytes under its options."""
        return fix_source(self.before if data is None else data, self.logical_path, settings=self.settings)


def cases() -> list[Case]:
    """Every case, in order of names."""
    found = []
    for path in sorted([*FIXTURES.rglob("*.in.py"), *FIXTURES.rglob("*.in.ipynb")]):
        out = path.with_name(path.name.replace(".in.", ".out."))
        report = path.with_name(path.name.partition(".in.")[0] + ".txt")
        before = path.read_bytes()
        after = out.read_bytes() if out.exists() else before
        found.append(Case(path, before, after, report.read_text(encoding="utf-8") if report.exists() else None))
    return found


def report(result: FileResult) -> str:
    """What a case's `.txt` says: a line for each finding that stays, or whose guard is left."""
    if result.status is Status.ERROR:
        return f"0 error {result.error}\n"
    return "".join(line + "\n" for finding in result.findings if (line := _line(finding, result)))


def _line(finding: Finding, result: FileResult) -> str | None:
    stays = result.output is None or not finding.fixable
    line = f"{finding.cell}:{finding.span.line}" if finding.cell is not None else str(finding.span.line)
    if finding.guard.startswith("left") and not stays:
        return f"{line} {finding.rule} {finding.guard}"
    reason = finding.reason or finding.guard
    return f"{line} {finding.rule} {reason}" if stays else None


def variant(case: Case, kind: str) -> tuple[bytes, bytes] | None:
    """A pair in another form; None where the form is the case's point or cannot be had."""
    both = (case.before, case.after)
    if b"\r" in case.before or not case.before.endswith(b"\n") or case.before.startswith(codecs.BOM_UTF8):
        return None
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(case.before).readline)
    except SyntaxError:
        return None
    if kind == "crlf":
        return tuple(data.replace(b"\n", b"\r\n") for data in both)  # type: ignore[return-value]
    if kind == "no final newline":
        return None if case.before.endswith(b"\\\n") else tuple(data[:-1] for data in both)  # type: ignore[return-value]
    if encoding != "utf-8":
        return None
    if kind == "bom":
        return tuple(codecs.BOM_UTF8 + data for data in both)  # type: ignore[return-value]
    return _tabbed(case)


def _tabbed(case: Case) -> tuple[bytes, bytes] | None:
    """Tabs for indentation, where every indentation is by four blanks and the file has one to tell by."""
    margins = re.findall(rb"(?m)^([ \t]+)\S", case.before)
    if not re.search(rb"(?m)^\S.*:\s*(?:#.*)?\n(?: *\n)*    \S", case.before):
        return None
    if any(len(margin) % 4 or b"\t" in margin for margin in margins) or re.search(rb'"""|\'\'\'|\\\n', case.before):
        return None
    before, after = (
        re.sub(rb"(?m)^(?:    )+", lambda found: b"\t" * (len(found[0]) // 4), data)
        for data in (case.before, case.after)
    )
    return before, after
