"""Which of the files below a folder hold some letters: `git grep` looks faster than Python reads."""

from __future__ import annotations

import os
from collections.abc import Iterable

from deflask.files.listing import ALWAYS_EXCLUDED

MANY = 500
"""Files from which on it is worth starting git."""
_TIMEOUT = 60
"""Seconds after which every file is read instead."""
_MOST_PLACES = 100
"""Names that git is told to look below; more take longer to compare than to look at."""
_SPECIAL = str.maketrans({letter: f"\\{letter}" for letter in "\\*?["})


def holding(folder: str, names: Iterable[str], suffixes: Iterable[str], letters: Iterable[bytes]) -> set[str] | None:
    """The names, relative to a folder, of files below it that hold one of some letters, and maybe of others.

    Only what stands beside or below `names` needs to be looked at. None where git cannot tell: it is not there, or a
    file cannot be read.
    """
    import subprocess

    # Neither an index nor .gitignore is asked: what is looked for stands in the files, and which count is known.
    command = ["git", "-C", folder, "grep", "--no-index", "--no-exclude-standard", "--no-textconv", "--no-color"]
    command += ["-l", "-z", "-a", "-F", *(part for each in letters for part in ("-e", os.fsdecode(each))), "--"]
    places = {name.partition(os.sep)[0].translate(_SPECIAL) if os.sep in name else "" for name in names}
    below = {f"{place}/" for place in places if place} if "" not in places and len(places) < _MOST_PLACES else {""}
    command += [f"{place}*{suffix}" for place in sorted(below) for suffix in suffixes]
    command += [f":(exclude,glob)**/{name}/**" for name in sorted(ALWAYS_EXCLUDED)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    try:
        done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT, check=False, env=environment)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    if done.returncode not in (0, 1) or done.stderr:
        return None
    return {os.fsdecode(name).replace("/", os.sep) for name in done.stdout.split(b"\0") if name}
