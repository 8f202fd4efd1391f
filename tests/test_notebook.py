"""Notebooks: what a fix leaves alone, what is no Python in a cell, and how people are told of a cell."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

import deflask as api
from deflask.files.notebook import searchable
from deflask.files.notebook.document import Document, read
from deflask.files.notebook.magics import replacements
from deflask.files.notebook.python import to_python
from tests.cases import FIXTURES, Case, cases
from tests.command import deflask, git, tree

CASES = [case for case in cases() if case.path.suffix == ".ipynb"]
FIXED = [case for case in CASES if case.kind == "fix"]
CONSTANT = FIXTURES / "notebook/fix/constant_of_another_cell"


def written(*cells: str | list[str], indent: int | None = 1) -> bytes:
    """A notebook with code cells."""
    sources = [cell if isinstance(cell, list) else cell.splitlines(keepends=True) for cell in cells]
    document = {
        "cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in sources],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=indent, ensure_ascii=False).encode()


@pytest.mark.parametrize("case", FIXED, ids=lambda case: case.name)
def test_only_cells_change(case: Case) -> None:
    """But for the code, the document is what it was, and git takes the diff."""
    before, after = json.loads(case.before), json.loads(case.after)
    for whole in (before, after):
        for sheet in whole.get("worksheets", [whole]):
            for cell in sheet["cells"]:
                if cell["cell_type"] == "code":
                    cell.pop("source", None)
                    cell.pop("input", None)
    assert before == after


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
@pytest.mark.parametrize("case", FIXED, ids=lambda case: case.name)
def test_git_applies_the_diff(case: Case, newline: bytes, tmp_path: Path) -> None:
    before, after = (data.replace(b"\n", newline) for data in (case.before, case.after))
    tree(tmp_path, {case.logical_path: before})
    diff = case.run(before).diff
    assert diff is not None
    git(tmp_path, "apply", "-", stdin=diff)
    assert (tmp_path / case.logical_path).read_bytes() == after


@pytest.mark.parametrize("case", [case for case in CASES if case.kind != "refuse"], ids=lambda case: case.name)
def test_unchanged_source_gives_the_same_bytes(case: Case) -> None:
    notebook = to_python(case.before)
    assert notebook.with_python(notebook.source) == case.before


@pytest.mark.parametrize("case", FIXED, ids=lambda case: case.name)
def test_any_lines_can_change(case: Case) -> None:
    """Whatever lines of cells are added, changed or removed, the notebook becomes the one of the new source."""
    notebook = to_python(case.before)
    begins = [line for line, (_, number) in zip(notebook.lines, notebook.places, strict=True) if not number]
    for seed in range(20):
        chance = random.Random(seed)
        new: list[str] = []
        for line, (_, number) in zip(notebook.lines, notebook.places, strict=True):
            change = chance.random() if number and line not in notebook.originals else 1
            added = f'"é\\\\n"  # {seed}' + line[len(line.rstrip("\r\n")) :]
            if change > 0.3:
                new.append(line)
            if change < 0.5 and not line.startswith((" ", "\t")):
                new.append(added)
        changed = read(notebook.with_python("".join(new).encode()))
        expected = [notebook.originals.get(line, line) for line in new if line not in begins]
        lines = [line.text.rstrip("\r\n") for cell in changed.cells for line in cell.lines]
        assert lines == [line.rstrip("\r\n") for line in expected]


def test_lines_at_the_end_of_a_cell() -> None:
    """New ones come and old ones go, with or without a line end there."""
    for cell in ("a = 1\n", "a = 1"):
        notebook = to_python(written(cell + "\n", "b = 2", indent=None))
        more = notebook.source.replace(b"a = 1\n", b"a = 1\nc = 3\n")
        assert json.loads(notebook.with_python(more))["cells"][0]["source"][:2] == ["a = 1\n", "c = 3\n"]
        less = notebook.source.replace(b"b = 2\n", b"")
        assert json.loads(notebook.with_python(less))["cells"][1]["source"] == [""]


def test_other_cells_than_wanted_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    before = written("import flask", "flask.Flask('').run(debug=True)")
    monkeypatch.setattr(Document, "with_lines", lambda self, changed: before)
    result = api.fix_source(before, "app.ipynb")
    assert result.error is not None
    assert result.error.startswith("ValueError: the cells are not what they were to become: this is a bug of deflask")


def test_cell_too_deep_for_the_parser() -> None:
    deep = written("import flask\nflask.Flask('').run(debug=True)", "x = " + "-" * 100_000 + "1")
    with pytest.raises(api.SourceError, match="cell 2: nested too deeply for Python's parser"):
        api.check_source(deep, "app.ipynb")


@pytest.mark.parametrize("value", ["[" * 100_000 + "]" * 100_000, "1" * 5000])
def test_document_that_cannot_be_loaded(value: str) -> None:
    """Where a Python takes the number, the notebook has nothing to find."""
    source = b'{"cells": [], "metadata": {"title": "from flask import Flask; app.run(debug=True)", "x": %s}}'
    result = api.fix_source(source.replace(b"%s", value.encode()), "app.ipynb")
    assert (result.error or "not a notebook: ").startswith("not a notebook: ")


def test_long_lines_take_no_time() -> None:
    """What matches a line goes through it once."""
    blank = " " * 200_000
    assert replacements(["x" + blank + "y", "x?" + blank + "y", "(" * 20, "[" * 200_000]) == [None] * 4


def test_in_place(tmp_path: Path) -> None:
    """A folder's notebooks are looked at, and written as other files are."""
    before, after = (CONSTANT.with_suffix(f".{kind}.ipynb").read_bytes() for kind in ("in", "out"))
    tree(tmp_path, {"desk/app.ipynb": before, "desk/.ipynb_checkpoints/app-checkpoint.ipynb": before})
    done = deflask(tmp_path, "fix", ".")
    assert (done.code, done.err) == (0, "")
    assert (tmp_path / "desk/app.ipynb").read_bytes() == after
    assert (tmp_path / "desk/.ipynb_checkpoints/app-checkpoint.ipynb").read_bytes() == before


def test_standard_input(tmp_path: Path) -> None:
    before, after = (CONSTANT.with_suffix(f".{kind}.ipynb").read_bytes() for kind in ("in", "out"))
    done = deflask(tmp_path, "fix", "-", "--stdin-filename", "app.ipynb", stdin=before)
    assert (done.code, done.out) == (0, after)


def test_cells_in_every_format(tmp_path: Path) -> None:
    """Cells are counted over all kinds from 1, lines within their cell."""
    data = json.loads(CONSTANT.with_suffix(".in.ipynb").read_bytes())
    data["cells"].insert(0, {"cell_type": "markdown", "metadata": {}, "source": ["# The desk"]})
    tree(tmp_path, {"app.ipynb": json.dumps(data)})
    text = deflask(tmp_path, "check", "--no-color").text
    assert text.startswith("app.ipynb:cell 2:4:1: DF108 [safe] ")
    assert "    DEBUG = True\n    ^^^^^^^^^^^^\n    used at app.ipynb:cell 3:1\n" in text
    assert deflask(tmp_path, "check", "--output-format=concise").text.startswith("app.ipynb:cell 2:4:1: DF108 [safe] ")
    (found,) = json.loads(deflask(tmp_path, "check", "--output-format=json").text)["findings"]
    assert (found["cell"], found["line"], found["end_line"], found["guard"]) == (2, 4, 4, "not needed")
    assert found["used_at"] == [{"path": "app.ipynb", "line": 1, "cell": 3}]


def test_remaining_cells_of_a_diff(tmp_path: Path) -> None:
    tree(tmp_path, {"app.ipynb": written("import flask\nfrom shop import app", "x = 1\napp.run(debug=True)")})
    assert deflask(tmp_path, "diff").err.startswith("app.ipynb:cell 2:2 DF101 its receiver ")


def test_findings_are_in_order() -> None:
    """By cell first: a line of a later cell can have a smaller number."""
    source = written("import flask\napp = flask.Flask('')\n\napp.run(debug=True)", "app.run(debug=True)")
    assert [(f.cell, f.span.line) for f in api.check_source(source, "app.ipynb")] == [(1, 4), (2, 1)]
    result = api.fix_source(source, "app.ipynb")
    assert [(f.cell, f.span.line) for f in result.findings] == [(1, 4), (2, 1)]


def test_import_of_the_project(tmp_path: Path) -> None:
    tree(tmp_path, {"desk.py": "from flask import Flask\napp = Flask(__name__)\n", "pyproject.toml": ""})
    tree(tmp_path, {"run.ipynb": written("from desk import app", "app.run(debug=True)")})
    assert deflask(tmp_path, "fix", "run.ipynb").code == 0


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (rb'"x\nflask"', b'"x\nflask"'),
        (rb'"x\tflask \u0066lask \u00e9"', b'"x\nflask flask \n00e9"'),
        (rb'"a \"flask\" \\nflask"', rb'"a "flask" \nflask"'),
        (b'["app.run\\n",\r\n  "(1, 2, True)"]', b'["app.run\n(1, 2, True)"]'),
    ],
)
def test_what_the_gate_sees(data: bytes, seen: bytes) -> None:
    """No escape hides a word or joins one."""
    assert searchable(data, "x.ipynb") == seen
    assert searchable(data, "x.py") == data


@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline",
        "  %time f()",
        "!ls",
        "!!ls",
        "?x",
        "??x",
        "x?",
        "x.y??",
        "x[0]?",
        "%time?",
        "print?  # what is it",
        "np.*load*?",
        "x = f(y)?",
        "f(1)?;",
        ", f a b",
        "; f a b",
        "/f a",
        "pip install flask",
        "ls",
        "cd ..",
        "run app.py",
    ],
)
def test_lines_that_are_no_python(cell: str) -> None:
    assert all(new is not None for new in replacements(cell.split("\n")))


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("a = !ls", "a = get_ipython()  "),
        ("a=%time f()", "a = get_ipython()  "),
        ("a, b.c = !ls", "a, b.c = get_ipython()  "),
        ("(a, b) = !ls", "(a, b) = get_ipython()  "),
        ("a['!'] = !ls", "a['!'] = get_ipython()  "),
        ("\tx: list = !ls", "\tx: list = get_ipython()  "),
    ],
)
def test_assigned_magics_bind_their_names(cell: str, python: str) -> None:
    assert replacements([cell]) == [python]


@pytest.mark.parametrize(
    "cell",
    [
        "x = (1\n% 2)",
        "x = 1 \\\n% 2",
        "x = '''\n!ls\n%%bash\n'''",
        'x = """\\"""\n!ls\n"""',
        "f('a = !b')",
        "x != y",
        "x = y != z",
        "x = [  # (\n]\n",
        "x = '(' + \")\"\n",
        "# what?",
        "x = 1  # \\\ny = 2",
        "@decorated\ndef f(): pass",
        "pip install flask\nx = 1",
        "ls = 1",
    ],
)
def test_lines_that_are_python(cell: str) -> None:
    """Also where they begin as a magic does, inside of a string or of brackets."""
    assert replacements(cell.split("\n")) == [None] * len(cell.split("\n"))


def test_magic_below_what_was_opened() -> None:
    """Brackets that close, and those of comments and strings, do not hide a magic."""
    cell = "x = [\n  '(',  # (\n]\ny = '''(\n''' + '\\''\n!ls (\\\n  more\n%time f()\nif x:\n  !ls"
    found = replacements(cell.split("\n"))
    assert [number for number, new in enumerate(found) if new is not None] == [5, 6, 7, 9]
    assert found[9] == "  pass  "
