"""The frozen, picklable values that every room passes on."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import ClassVar


class Truth(enum.Enum):
    """What an expression or a condition comes to when nothing is set."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"

    @staticmethod
    def of(value: object) -> Truth:
        """ON or OFF as Python's `bool()` sees `value`."""
        return Truth.ON if value else Truth.OFF


class Applicability(str, enum.Enum):
    """How a finding can be fixed: always, on request, or only by a person."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    MANUAL = "manual"


class Status(str, enum.Enum):
    """What became of a file."""

    CLEAN = "clean"
    WOULD_FIX = "would-fix"
    FIXED = "fixed"
    UNFIXED = "unfixed"
    SKIPPED = "skipped"
    ERROR = "error"


class EditKind(enum.Enum):
    """What a rewrite does to an expression or a statement."""

    VALUE = "value"
    """The expression becomes the read of an environment variable, or the edit's `text`."""
    CONDITION = "condition"
    """The expression `wrap(inner, …)` becomes `wrap(inner, …) if ENV else inner`."""
    GUARD = "guard"
    """The statement goes under `if __name__ == "__main__":`."""
    REMOVE = "remove"
    """The statement goes; where a body would be empty, `pass` stands there."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of source: 1-based lines, 1-based columns in characters, end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, or of a notebook's cell; both are 1-based."""

    path: str
    line: int
    cell: int | None = None

    @property
    def order(self) -> tuple[str, int, int]:
        """The key by which places are sorted."""
        return self.path, self.cell or 0, self.line


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one node.

    `variable` is the environment variable to read (None: the configured one); `text` is the code that a value becomes
    where it is not such a read. `alone` tells a statement to be removed that is all there is in its block.
    """

    kind: EditKind
    span: Span
    variable: str | None = None
    text: str | None = None
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A place that switches the debugger on with nothing set; positions are those of the file before any fix."""

    cwe: ClassVar[str] = "CWE-489"
    severity: ClassVar[str] = "medium"
    cvss: ClassVar[float] = 4.0

    rule: str
    name: str
    path: str
    span: Span
    message: str
    level: str
    applicability: Applicability
    guard: str
    reason: str | None = None
    fixed: bool = False
    cell: int | None = None
    decided_at: Place | None = None
    used_at: tuple[Place, ...] = ()
    notes: tuple[str, ...] = ()
    source: str = ""
    """The line on which it begins, to be shown."""
    edits: tuple[Edit, ...] = ()
    fixable: bool = False
    """Whether the options in force allow its fix."""

    @property
    def order(self) -> tuple[int, Span, str]:
        """The key by which a file's findings are sorted."""
        return self.cell or 0, self.span, self.rule


@dataclass(frozen=True, slots=True)
class FileResult:
    """One file's outcome; `output` is its new content and `diff` the unified diff that leads there."""

    path: str
    status: Status
    findings: tuple[Finding, ...] = ()
    error: str | None = None
    diff: bytes | None = None
    output: bytes | None = None
    suppressed: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """The totals of a run, as the JSON contract counts them."""

    files: int
    findings: int
    fixable: int
    fixed: int
    suppressed: int
    errors: int


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user can choose about one file; `select` None means every rule that is on by default."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unsafe_fixes: bool = False
    env_var: str = "FLASK_DEBUG"
    quote_style: str = "double"
    no_guard: bool = False
    ignore_suppressions: bool = False
    force_sort_within_sections: bool = False
    exclude: tuple[str, ...] = ()
    extend_exclude: tuple[str, ...] = ()
    no_respect_gitignore: bool = False
    root: str | None = field(default=None, compare=False)
    """The folder of the pyproject.toml these settings came from: patterns are relative to it."""
