"""What several tests share: the option that rewrites expectations."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-fixtures` writes what deflask does now into the fixtures, to be reviewed as a git diff."""
    parser.addoption("--update-fixtures", action="store_true", help="write the fixtures' expectations anew")
