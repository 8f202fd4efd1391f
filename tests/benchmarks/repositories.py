"""Bare repositories by the thousand, a third of them with something to fix."""

from __future__ import annotations

import random
from pathlib import Path

from tests.command import git

FILES = 120
"""Files of a repository; with their 0.5 MB it is smaller than most that are called small."""
_BODIES = 300
"""Different files in all."""
_WORDS = "page order item price total user name email form field table row list view model query store cart".split()
_APP = (
    'from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get("/{n}")\ndef page():\n    return "{n}"\n\n\n'
    'if __name__ == "__main__":\n    app.run({flag}port=5000)\n'
)


def make(folder: Path, count: int) -> list[Path]:
    """Make `count` bare repositories below a folder, always the same ones."""
    made = []
    chance = random.Random(0)
    bodies = ["".join(f"{_line(chance)}\n" for _ in range(chance.randrange(20, 300))) for _ in range(_BODIES)]
    for number in range(count):
        repository = folder / f"group{number % 10}" / f"repository{number:05}.git"
        repository.mkdir(parents=True)
        git(repository, "init", "-q", "--bare", "--template=", "-b", "main")
        git(repository, "fast-import", "--quiet", stdin=_stream(number, chance.sample(bodies, FILES - 1)))
        made.append(repository)
    return made


def _line(chance: random.Random) -> str:
    return f"{chance.choice(_WORDS)}_{chance.choice(_WORDS)} = {chance.choice(_WORDS)}({chance.randrange(100)})"


def _stream(number: int, bodies: list[str]) -> bytes:
    """One commit with an app and other files, most of them of no interest."""
    files = {"app.py": _APP.format(n=number, flag="debug=True, " if number % 3 == 0 else "")}
    for each, body in enumerate(bodies):
        files[f"part{each % 5}/file{each}.{('py', 'html', 'js')[each % 3]}"] = body
    parts = [f"commit refs/heads/main\ncommitter A <a@localhost> {1700000000 + number} +0100\ndata 5\nfirst\n"]
    parts += [f"M 100644 inline {name}\ndata {len(text)}\n{text}\n" for name, text in files.items()]
    return "".join(parts).encode()
