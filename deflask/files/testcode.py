"""What counts as test code, where setting debug mode is part of the test."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import PurePath

_FOLDERS = {"tests", "test", "testsuite"}


def is_test_code(path: str) -> bool:
    """Whether a path is in a folder of tests or has the name of a test module."""
    pure = PurePath(path)
    return not _FOLDERS.isdisjoint(pure.parts[:-1]) or any(
        fnmatch(pure.name, pattern) for pattern in ("test_*.py", "*_test.py", "conftest.py")
    )
