"""Says at the end of a run which versions programs were started on."""

from __future__ import annotations

import pytest

from .stacks import STARTS, described


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if STARTS:
        terminalreporter.section(f"live: {STARTS.total()} starts in {len(STARTS)} environments")
    for stack, count in sorted(STARTS.items(), key=lambda item: item[0].name):
        terminalreporter.line(f"{count:5} {stack.name}: {described(stack)}")
