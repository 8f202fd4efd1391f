"""The benchmarks measure what they say, and say what they measured."""

from __future__ import annotations

import json
import resource
import sys
import xml.etree.ElementTree as ElementTree
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from libcst import parse_module
from libcst.codemod import CodemodContext

from deflask import check_source
from tests.benchmarks import corpus, loop, made, picture
from tests.benchmarks.__main__ import PARTS, as_json, main
from tests.benchmarks.clock import BenchmarkError, Job, Taken, alternate, measure
from tests.benchmarks.codemod import DebugFromEnvironment
from tests.benchmarks.growth import grown
from tests.benchmarks.table import Row, Table, Target, compared, difference, ratio, text
from tests.command import APP, deflask

QUICK, SLOW = Taken(0.5, 0.8, 21.4), Taken(2.0, 2.4, 66.0)
TABLE = Table(
    "tree",
    "2 files",
    [Row("deflask check .", QUICK, "1.00x"), Row("ruff check .", SLOW, "4.00x")],
    [ratio("ruff to deflask", SLOW, QUICK, 3, least=True), difference("deflask over nothing", SLOW, QUICK, 30)],
    ["rg, because it is not here"],
    "to deflask",
    5,
)


def test_table() -> None:
    """Medians, what follows from them, what was to be reached, and what is left out."""
    assert text(TABLE).splitlines() == [
        "tree: 2 files; medians of 5",
        "                                                          seconds    CPU s     MB    to deflask",
        "  deflask check .                                           0.500    0.800     21         1.00x",
        "  ruff check .                                              2.000    2.400     66         4.00x",
        "  reached: ruff to deflask: 4.00x (3.00x by CPU), at least 3.00x",
        "  MISSED: deflask over nothing: 1500 ms (1600 ms by CPU), at most 30 ms",
        "  left out: rg, because it is not here",
    ]


def test_others_are_compared_with_the_first() -> None:
    """The figure of a row is a ratio by the clock."""
    jobs = [Job(name, (), Path()) for name in ("a", "b")]
    assert compared(jobs, [QUICK, SLOW]) == [Row("a", QUICK, "1.00x"), Row("b", SLOW, "4.00x")]


@pytest.mark.parametrize(("value", "least", "reached"), [(3, True, True), (2.9, True, False), (3.1, False, False)])
def test_target(value: float, least: bool, reached: bool) -> None:
    """A bound is the least or the most."""
    assert Target("speed", value, None, 3, least=least).reached is reached


def test_growth_is_that_of_what_comes_on_top() -> None:
    """To start costs the same for one as for many: it says nothing about growth."""
    taken = [Taken(1, seconds, 20) for seconds in (1, 3, 11)]
    rows, target = grown("check", (1, 101, 201), taken)
    assert [row.figure for row in rows] == ["", "20000.0 µs", "50000.0 µs"]
    assert target.value == pytest.approx(2.5)
    assert not target.reached


def test_json() -> None:
    """Machines get the figures, the verdicts, and where they were measured."""
    document = json.loads(as_json([TABLE]))
    assert document["machine"]["cores"]
    (table,) = document["tables"]
    assert table["rows"][1] == {
        "label": "ruff check .",
        "taken": {"seconds": 2.0, "cpu": 2.4, "memory": 66.0},
        "figure": "4.00x",
    }
    assert [target["reached"] for target in table["targets"]] == [True, False]


def test_picture(tmp_path: Path) -> None:
    """A picture names each row and loads nothing from elsewhere."""
    picture.draw([TABLE], tmp_path / "speed.svg")
    written = (tmp_path / "speed.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(written)
    said = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"tree: deflask check .  0.5 s", "tree: ruff check .  2 s"} <= said
    assert 'href="http' not in written


def test_jobs_take_turns(tmp_path: Path) -> None:
    """A, B, A, B, each prepared before."""
    done: list[str] = []
    jobs = [
        Job(name, (sys.executable, "-S", "-c", ""), tmp_path, prepare=partial(done.append, name)) for name in ("a", "b")
    ]
    assert len(alternate(jobs, 2)) == 2
    assert done == ["a", "b", "a", "b"]


def test_figures_are_those_of_the_command(tmp_path: Path) -> None:
    """Memory and CPU are the command's, also where a process that it starts needs them, and not this one's."""
    hungry = "b = bytearray(60_000_000); b[::4096] = bytes(len(b[::4096])); sum(range(3_000_000))"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', {hungry!r}])"
    held = bytearray(60_000_000)
    held[::4096] = bytes(len(held[::4096]))
    idle, busy = (measure(Job("", (sys.executable, "-S", "-c", code), tmp_path)) for code in ("", parent))
    assert idle.memory < 40 < resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert busy.memory > 60
    assert idle.cpu < busy.cpu


@pytest.mark.parametrize(
    ("job", "cause"),
    [
        (Job("a", (sys.executable, "-c", "exit('no such file')"), Path()), "ended with 1:\nno such file"),
        (
            Job("a", (sys.executable, "-c", "print('0 files')"), Path(), says="5 files"),
            "ended with 0 and did not say '5 files'",
        ),
        (Job("a", ("./no-such-program",), Path()), "did not start:\n.*No such file"),
    ],
)
def test_what_does_not_do_its_work_is_not_measured(job: Job, cause: str) -> None:
    """A program that fails at once would be the quickest."""
    with pytest.raises(BenchmarkError, match=f"(?s)^a {cause}"):
        measure(job)


def test_made_programs(tmp_path: Path) -> None:
    """They hold as many findings as they say, and CLEAN none."""
    assert len(check_source(made.findings(7).encode(), "a.py")) == 7
    assert len(check_source(made.lines(500).encode(), "a.py")) == 1
    assert abs(made.lines(500).count("\n") - 500) < 20
    assert check_source(made.CLEAN.encode(), "a.py") == []
    made.ring(tmp_path, 4)
    assert deflask(tmp_path, "check", "--isolated", "--output-format", "concise", ".").text.count("DF101") == 4
    write = made.apps(tmp_path / "apps", 3)
    write()
    assert deflask(tmp_path / "apps", "fix", "--isolated", ".").code == 0
    write()
    assert deflask(tmp_path / "apps", "check", "--isolated", ".").code == 1


def test_codemod_does_the_same_edit() -> None:
    """LibCST's runner is given the work that deflask does, but for guard and proof."""
    changed = DebugFromEnvironment(CodemodContext()).transform_module(parse_module(APP)).code
    assert changed == (
        "from flask import Flask\nimport os\n\napp = Flask(__name__)\n\n"
        'app.run(debug=os.environ.get("FLASK_DEBUG") == "1")\n'
    )


def test_loop(tmp_path: Path) -> None:
    """It counts the files that hold both words."""
    for name, body in (("a.py", APP), ("b.py", b"debug"), ("c.txt", APP)):
        (tmp_path / name).write_bytes(body)
    assert loop.count(str(tmp_path)) == 1


def test_corpus_is_pinned() -> None:
    """Every wheel by version and digest."""
    lines = corpus.WHEELS.read_text(encoding="utf-8").splitlines()
    assert len(lines) > 20
    assert all("==" in line and " --hash=sha256:" in line for line in lines)


def test_a_part_that_is_not_there() -> None:
    """A slip is told at once, with what there is."""
    result = CliRunner().invoke(main, ["--only", "tree,trees"])
    assert result.exit_code == 2
    assert "there is no 'trees'; there are tree, part," in result.output


def test_a_run(tmp_path: Path) -> None:
    """The quickest part, as it is called: a table, and what else was asked for."""
    told, drawn = tmp_path / "speed.json", tmp_path / "speed.svg"
    arguments = ["--only", "start", "--turns", "1", "--json", str(told), "--picture", str(drawn)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert result.output.startswith("start: one clean app; medians of 4\n")
    (table,) = json.loads(told.read_text(encoding="utf-8"))["tables"]
    assert [row["label"] for row in table["rows"]][-1] == 'python -c "import ast, click"'
    assert "start: deflask --version" in drawn.read_text(encoding="utf-8")


def test_a_part_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are measured all the same, and the exit code tells."""

    def fail(_shop: object) -> Table:
        raise BenchmarkError("a ended with 2")

    monkeypatch.setitem(PARTS, "tree", fail)
    monkeypatch.setitem(PARTS, "part", lambda _shop: TABLE)
    result = CliRunner().invoke(main, ["--only", "tree,part"])
    assert result.exit_code == 1
    assert result.stderr == "tree: error: a ended with 2\n\n"
    assert result.stdout == f"{text(TABLE)}\n\n"
