"""Programs for hypothesis to make up: of all kinds of statements, in all forms that a file can have."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

import hypothesmith
from hypothesis import strategies as st

_SIMPLE = (
    "x = 1",
    "x: int = 2",
    "x += 3  # a comment",
    "pass; y = 4; z = 5",
    "print('a', \"b\")",
    "name = f'{x!r:>{10}} and {y}'",
    'text = """a\n  b\n\tc\n"""',
    "text = f'''{x\n = }\n'''",
    "größe = 'ü' + \"日本\"",
    "values = [\n    1,\n\n    # two\n  2,\n]",
    "total = 1 + \\\n    2",
    "del x",
    "assert x, 'no'",
    "global g",
    "import json, sys",
    "from os import path",
    "import os",
    "import os as system",
    "raise ValueError",
    "(lambda a, b=1: (yield_ := a))(1)",
    "x = {**{}, 'a': [b for b in range(3) if b]}",
    "x = 1 if y else 2;",
    "'''just a text\n    of two lines'''",
    "x\t=\t1",
    "print(x) # ; app.run(debug=True)",
    "...",
)
_HEADS = (
    "if x:",
    "while y:",
    "for a, *b in c:",
    "with open('a') as f, open('b'):",
    "def f(a, /, b=1, *, c: int = 2) -> None:",
    "async def g(*args, **kwargs):",
    "@decorate\n@app.route('/', methods=['GET'])\ndef view():",
    "@dataclass(\n    frozen=True,\n)\nclass D(Base, metaclass=Meta):",
    "class C:",
    "if (\n    x\n    and y  # why\n):",
    'if __name__ == "__main__":',
    "if __name__ != '__main__':",
)
_BETWEEN = ("", "", "", "\n", "# a comment\n", "\n# one\n\n# two\n", "\f\n", "    # hangs out\n", "#\tend \\\n")
_TOPS = (
    "",
    '"""What it is."""\n',
    "#!/usr/bin/env python\n",
    "# header\n\n",
    "'''What\nit is.'''\nfrom __future__ import annotations\n",
    "from __future__ import annotations\n\n",
    "import sys\nimport zlib\n\nfrom flask import request\n",
    "import os\n",
    "from os import getenv as env\n",
    "import json; import os\n",
    "\f\n",
)


@st.composite
def _blocks(draw: st.DrawFn, indent: str, margin: str, depth: int) -> str:
    """Some statements behind a margin."""
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        parts.append(draw(st.sampled_from(_BETWEEN)))
        kind = draw(st.integers(0, 9))
        if depth and kind > 5:
            parts.append(draw(_compound(indent, margin, depth)))
        elif kind == 5:
            parts.append(f"{margin}if x: print(1); y = 2\n")
        else:
            parts.append(_behind(margin, draw(st.sampled_from(_SIMPLE)), indent))
    return "".join(parts)


@st.composite
def _compound(draw: st.DrawFn, indent: str, margin: str, depth: int) -> str:
    inner = _blocks(indent, margin + indent, depth - 1)
    if draw(st.integers(0, 4)) == 0:
        case = _blocks(indent, margin + 2 * indent, depth - 1)
        cases = [f"{margin}{indent}case {p}:\n{draw(case)}" for p in ("{'a': 1, **r}", "[1, *_] | C(x=2)", "_")]
        return f"{margin}match x:\n" + "".join(cases)
    if draw(st.integers(0, 3)) == 0:
        ends = draw(st.sampled_from(("except* E as e:", "except (A, B):", "except Exception as e:", "finally:")))
        ends = ends.replace("*", "")
        return f"{margin}try:\n{draw(inner)}{margin}{ends}\n{draw(inner)}"
    head = draw(st.sampled_from(_HEADS))
    text = _behind(margin, head, indent) + draw(inner)
    if head.startswith("if x") and draw(st.booleans()):
        text += f"{margin}elif y:\n{draw(inner)}{margin}else:\n{draw(inner)}"
    return text


def _behind(margin: str, statement: str, indent: str) -> str:
    """Only what is code moves: the lines of a string stay where they are."""
    if "'''" in statement or '"""' in statement:
        return f"{margin}{statement}\n"
    return "".join(f"{margin}{line.replace('    ', indent)}\n" for line in statement.split("\n"))


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A program with line feeds: our own of all kinds of statements, or one that hypothesmith makes of the grammar."""
    if draw(st.integers(0, 3)) == 0:
        return draw(hypothesmith.from_node())
    indent = draw(st.sampled_from(("    ", "    ", "  ", "\t", " ", "        ")))
    return draw(st.sampled_from(_TOPS)) + draw(_blocks(indent, "", 3))


@dataclass(frozen=True)
class Form:
    """How a program is written to a file."""

    newlines: tuple[str, ...] = ("\n",)
    encoding: str = "utf-8"
    mark: bool = False
    ends: bool = True

    def write(self, text: str) -> bytes:
        """The bytes; a character that the encoding lacks becomes a question mark."""
        cookie = "" if self.encoding == "utf-8" else f"# -*- coding: {self.encoding} -*-\n"
        lines = (cookie + text).split("\n")
        ends = [self.newlines[number % len(self.newlines)] for number in range(len(lines) - 1)]
        whole = "".join(line + end for line, end in zip(lines, [*ends, ""], strict=True))
        if not self.ends:
            whole = whole.rstrip("\r\n")
        return (codecs.BOM_UTF8 if self.mark else b"") + whole.encode(self.encoding, "replace")


_NEWLINES = (("\n",), ("\n",), ("\r\n",), ("\r",), ("\n", "\r\n"), ("\r\n", "\n", "\n"), ("\n", "\r"))
_ENCODINGS = ("utf-8", "utf-8", "utf-8", "latin-1", "cp1252", "shift_jis", "euc_jp", "gbk", "koi8_r", "iso2022_jp")


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """Line ends of one kind or several, an encoding with its cookie or a byte order mark, and the end of the file."""
    encoding = draw(st.sampled_from(_ENCODINGS))
    return Form(
        draw(st.sampled_from(_NEWLINES)),
        encoding,
        encoding == "utf-8" and draw(st.integers(0, 4)) == 0,
        draw(st.integers(0, 4)) != 0,
    )
