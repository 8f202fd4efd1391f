"""The hostile sources, and how they are run: `python -m tests.trust.hostile` prints what each of them takes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.command import APP, ROOT, tree

SECONDS = 60
"""Seconds of a processor that a run may take: twice what one file may, and the rest."""
MEMORY = 2 << 30
"""Bytes of memory that a run may take."""
HEAD = b"import os, json, ast\nfrom flask import Flask\n\napp = Flask(__name__)\n"


def flag(expression: str, before: str = "") -> bytes:
    """A program with an expression for its flag, and something before it."""
    return HEAD + f"{before}\nif __name__ == '__main__':\n    app.run(debug={expression})\n".encode()


def around(code: bytes) -> bytes:
    """A program with some code before its run."""
    return HEAD + code + b"\napp.run(debug=True)\n"


def _rows(row: str, count: int) -> str:
    return "".join(row.replace("$+", str(number + 1)).replace("$", str(number)) for number in range(count))


_TOO_DEEP = "nested too deeply"
_DEEP = "nested too deeply to be examined"
_SIGNS = "more than 500000 signs in it, which is more than is examined"

FILES: dict[str, tuple[bytes, str]] = {
    "brackets": (flag("(" * 10_000 + "1" + ")" * 10_000), "too many nested parentheses"),
    "lists": (around(b"x = " + b"[" * 10_000 + b"]" * 10_000), "too many nested parentheses"),
    "chained calls": (around(b"x = app" + b".a()" * 5_000), f"on or {_TOO_DEEP}"),
    "chained calls in the run": (flag("True, x=app" + ".a()" * 5_000), _TOO_DEEP),
    "chained calls that Python takes": (flag("True, x=app" + ".a()" * 900), _DEEP),
    "operands": (flag("1 and " * 10_000 + "1"), _DEEP),
    "strings": (flag("True, x=" + "'a' " * 10_000), _DEEP),
    "chain of attributes": (HEAD + b"app.run(debug=True)\n" + b"a." * 50_000, "broken syntax"),
    "NUL": (around(b"x = '\0'"), "it holds a NUL byte"),
    "line of hashes": (around(b"#" * 2_000_000), _SIGNS),
    "line of comments": (around(b"#noqa " * 60_000), "on"),
    "annotations": (around(b"x = '" + b".debug:" * 60_000 + b"'"), "on"),
    "large string": (flag("X == 'a'", "X = '" + "a" * 9_000_000 + "'"), "off"),
    "large dictionary": (flag("X['k7']", "X = {" + _rows("'k$': $, ", 100_000) + "}"), "off"),
    "integer": (flag("X > 1", "X = " + "9" * 20_000), "Exceeds the limit"),
    "hexadecimal integer": (flag("str(X) == ''", "X = 0x" + "f" * 1_000_000), "off"),
    "doubled strings": (flag("x60", "x0 = 'a'\n" + _rows("x$+ = x$ + x$\n", 60)), "off"),
    "doubled tuples": (flag("x60", "x0 = (1,)\n" + _rows("x$+ = x$, x$\n", 60)), "on"),
    "functions that fan out": (
        flag("f60()", "def f0(): return 1\n" + _rows("def f$+(): return f$() and f$()\n", 60)),
        "on",
    ),
    "arguments that fan out": (
        flag("f40(1)", "def f0(a): return a\n" + _rows("def f$+(a): return f$(a) and f$(a) or f$(not a)\n", 40)),
        "off",
    ),
    "functions in a circle": (flag("f(9)", "def f(n): return g(n) or f(n)\ndef g(n): return f(n) or g(n)\n"), "off"),
    "recursion": (flag("f(9)", "def f(n):\n    if n: return f(n - 1)\n    return True\n"), "off"),
    "names in a row": (flag("x2000", "x0 = True\n" + _rows("x$+ = x$\n", 2_000)), "off"),
    "classes that fan out": (
        around(
            b"class A0: DEBUG = True\nclass B0(A0): 0\n"
            + _rows("class A$+(A$, B$): 0\nclass B$+(B$, A$): 0\n", 30).encode()
            + b"app.config.from_object(A30)"
        ),
        "on",
    ),
    "branches": (flag("x", "x = True\n" + _rows("if os.path.exists('$'):\n    x = not x\n", 500)), "off"),
    "statements on a line": (around(b"x=1;" * 20_000), "on"),
    "decorators": (around(b"@app.route('/')\n" * 5_000 + b"def f(): 0"), "on"),
}
"""By name, a source and what becomes of it: `on`, `off` or the error; `on or …` where some Pythons parse it."""

_EXPRESSIONS = """\
2**2**30|"a" * 10**9|10**10**10|1 << 10**9|f"{1:>999999999}"|"%999999999d" % 1|"{:>999999999}".format(1)
"{0:{1}}".format(1, 999999999)|"a".zfill(10**9)|"a".zfill(999999999)|"a".ljust(999999999)|"a".center(999999999)
"a".join(["b"] * 999999999)|"a".replace("a", "b" * 999999999)|range(10**12)[5]|10**9 in range(10**12)
sum(range(10**12))|list(range(10**10))|int("9" * 5000)|"%*d" % (999999999, 1)|"a".expandtabs(999999999)
eval("9**9**9")|eval("(" * 1000)|bool([0] * 10**10)|max(range(10**12))|bytes(10**10)|"a".encode() * 10**10
json.loads("[" * 100000)|ast.literal_eval("[" * 5000)|not 2**2**30|-(10**10**10) < 0 or 9**9**9"""
EXPRESSIONS = [text for line in _EXPRESSIONS.splitlines() for text in line.split("|")]

BOUNDED: dict[str, tuple[bytes, str]] = {
    "a line of 50 MB": (around(b"x = '" + b"a" * 50_000_000 + b"'"), "larger than 10 MB"),
    "a list of 4 MB": (around(b"x = [" + b"1," * 2_000_000 + b"]"), _SIGNS),
    "five million lines": (around(b"\n" * 5_000_000), _SIGNS),
    "places": (HEAD + b"app.run(debug=True)\n" * 20_001, "more than 20000 places in it switch the debugger on"),
}

_CIRCLE = {f"m{number}.py": b"from m%d import *\nimport m%d\n" % ((number + 1) % 50, number) for number in range(50)}
_LARGE = {f"m{number}.py": b"D = True\nx = [" + b"1," * 450_000 + b"]\n" for number in range(6)}
IMPORTS: dict[str, tuple[dict[str, bytes], str]] = {
    "circle": (
        {"hostile.py": flag("a.A", "import a"), "a.py": b"from b import A\n", "b.py": b"from a import A\n"},
        "off",
    ),
    "circle of stars": ({"hostile.py": flag("A", "from m0 import *"), **_CIRCLE}, "off"),
    "itself": ({"hostile.py": flag("A", "from hostile import *\nfrom hostile import A")}, "off"),
    "package that imports itself": (
        {
            "hostile.py": flag("p.q.A", "import p.q"),
            "p/__init__.py": b"from p import *\nfrom . import q\nimport p\n",
            "p/q.py": b"from p.q import A\nfrom . import *\n",
        },
        "off",
    ),
    "10,000 modules": (
        {
            "hostile.py": flag("m0.A", "import m0"),
            **{f"m{n}.py": b"from m%d import A\n" % (n + 1) for n in range(10_000)},
        },
        "off",
    ),
    "large modules": (
        {"hostile.py": flag(" and ".join(f"D{n}" for n in range(6)), _rows("from m$ import D as D$\n", 6)), **_LARGE},
        "off",
    ),
}


@dataclass(frozen=True)
class Outcome:
    """What came of an attack: exit code, findings, errors, and what it took, in seconds and bytes."""

    code: int
    found: str
    errors: list[str]
    seconds: float
    memory: int


def attacked(folder: Path, files: Mapping[str, bytes]) -> Outcome:
    """Fix hostile files and `good.py` in a process with limits."""
    tree(folder, {**files, "good.py": APP})
    code = (
        f"import resource; resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}));"
        f"resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}));"
        "from deflask.cli import main; main()"
    )
    # Of a program of several files only the one that imports the others is named.
    names = ["good.py", *(["hostile.py"] if "hostile.py" in files else files)]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        arguments = [sys.executable, "-c", code, "fix", "--output-format", "concise", *names]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(arguments, cwd=folder, env=env, stdout=out, stderr=err)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        found, said = out.read().decode(), err.read().decode()
    return Outcome(process.returncode, found, said.splitlines(), used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def main() -> None:
    """Run all of them."""
    sources = {name: {"hostile.py": source} for name, (source, _) in {**FILES, **BOUNDED}.items()}
    everything = {
        **sources,
        **{text: {"hostile.py": flag(text)} for text in EXPRESSIONS},
        **{name: files for name, (files, _) in IMPORTS.items()},
    }
    most, largest = 0.0, 0
    for name, files in everything.items():
        with tempfile.TemporaryDirectory() as folder:
            outcome = attacked(Path(folder), files)
        print(f"{name[:40]:40} {outcome.seconds:5.1f} s {outcome.memory >> 20:5} MB  exit {outcome.code}")
        most, largest = max(most, outcome.seconds), max(largest, outcome.memory)
    print(f"{len(everything)} hostile sources, at most {most:.1f} s and {largest >> 20} MB")


if __name__ == "__main__":
    main()
