"""Programs of any length, with as many findings as are asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

_HEAD = "from flask import Flask\n\napp = Flask(__name__)\n"
_GUARDED = 'if __name__ == "__main__":\n    {name}.run(debug=True)\n'
CLEAN = f'{_HEAD}\n\nif __name__ == "__main__":\n    app.run(debug=False)\n'
"""A program with nothing to find, which only parsing can tell."""
_FUNCTION = '''

def order_{n}(items, rate={n}):
    """The total of an order, with tax.

    Lines that cost no more than the rate are not taxed
    and what has no name is not counted at all
    """
    total = 0
    low, high = round(rate, 2), (rate + 1)
    for name, price in items:
        if price > rate and name not in ("none", "void"):
            total += price * {n}
    return {{"total": total, "lines": [name.lower() for name, _ in items]}}
'''
# As many signs a line as in the corpus on average: what they say decides how large a tree becomes.
_LINES = _FUNCTION.count("\n")
_VIEW = '\n\n@app.get("/page{n}")\ndef page_{n}():\n    return render_template("page.html", number={n}, title="Page")\n'


def findings(count: int) -> str:
    """A program with `count` findings."""
    return _HEAD + "".join(f"\n\ndef start_{n}():\n    app.run(port={n}, debug=True)\n" for n in range(count))


def lines(count: int) -> str:
    """A program of about `count` lines with one finding, in its last line."""
    functions = "".join(_FUNCTION.format(n=n) for n in range(count // _LINES))
    return f"{_HEAD}{functions}\n\n{_GUARDED.format(name='app')}"


def ring(folder: Path, count: int) -> None:
    """`count` modules, each of which runs the app of the next, and the last that of the first."""
    package = folder / "ring"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    for n in range(count):
        following = f"from ring.module_{(n + 1) % count} import app as following\n"
        body = f"{following}{_HEAD}\n{_GUARDED.format(name='following')}"
        (package / f"module_{n}.py").write_text(body, encoding="utf-8")


def apps(folder: Path, count: int) -> Callable[[], None]:
    """What writes `count` small apps with a finding each into a folder, and writes them anew when called again."""
    body = "from flask import Flask, render_template\n\napp = Flask(__name__)\n"
    body += "".join(_VIEW.format(n=n) for n in range(10)) + f"\n\n{_GUARDED.format(name='app')}"

    def write() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for n in range(count):
            (folder / f"app_{n}.py").write_text(body, encoding="utf-8")

    return write
