"""The least that Python can do with a tree: read every file, one after another, and look for two words."""

from __future__ import annotations

import os
import sys


def count(folder: str) -> int:
    """How many Python files below a folder hold both words."""
    found = 0
    for here, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".py"):
                with open(os.path.join(here, name), "rb") as file:
                    data = file.read()
                found += b"debug" in data and b".run(" in data
    return found


if __name__ == "__main__":
    print(count(sys.argv[1]), "files")
