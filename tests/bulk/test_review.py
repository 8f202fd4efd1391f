"""Plans that do the same are one group; what a person says of them is kept, and decides what is pushed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from deflask.bulk import review
from deflask.bulk.campaign import opened
from deflask.bulk.model import State
from deflask.bulk.shape import shape
from deflask.cli.bulk_review import review as command
from tests.bulk.tools import approved, bare, head
from tests.command import APP, CLEAN, ROOT, deflask

HEAD = b"--- a/app.py\n+++ b/app.py\n@@ -1,2 +1,2 @@\n context\n"


def plan(folder: Path, programs: Sequence[bytes]) -> list[Path]:
    """A campaign over repositories with one program each."""
    made = [bare(folder / f"r{number}.git", {"app.py": program}) for number, program in enumerate(programs)]
    done = deflask(folder, "bulk", "plan", "--campaign", "c", "--jobs", "1", *made)
    assert done.code == 0, done.err
    return made


def states(folder: Path) -> list[str]:
    done = deflask(folder, "bulk", "status", "--campaign", "c", "--output-format", "json")
    return [each["state"] for each in json.loads(done.text)["repositories"]]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (b"-app.run(debug=True)\n+app.run(debug=E)\n", b"-web.run(debug=True)\n+web.run(debug=E)\n", True),
        (b"-app.run(debug=True)\n+app.run(debug=E)\n", b"-    app.run(debug=True)\n+    app.run(debug=E)\n", True),
        (
            b"-app.run('a', debug=True)\n+app.run('a', debug=E)\n",
            b"-x.run('b', debug=True)\n+x.run('b', debug=E)\n",
            True,
        ),
        (b"-app.run(debug=True)\n+app.run(debug=E)\n", b"-app.run(debug=1)\n+app.run(debug=E)\n", False),
        (b"-app.run(debug=True)\n+app.run(debug=E)\n", b"-app.run(debug=True)\n+app.run(debug=F)\n", False),
        (b"-app.run(debug=True)\n+app.run(debug=E)\n", b"-app.run(debug=True)\n+os.run(debug=E)\n", False),
        (b"-app.run(debug=True)\n+app.run(debug=E)\n", b"-app.run(debug=True)\n+app.run(debug=E)\n+rm()\n", False),
        (b"-a(b, debug=True)\n+a(b, debug=E)\n", b"-a(b, debug=True)\n+b(a, debug=E)\n", False),
    ],
)
def test_shapes(one: bytes, other: bytes, same: bool) -> None:
    """What stays may differ, what changes may not."""
    assert (shape(HEAD + one) == shape(HEAD.replace(b"1,2", b"7,2").replace(b"app.py", b"x.py") + other)) is same


def test_two_files_are_not_one(tmp_path: Path) -> None:
    change = HEAD + b"-app.run(debug=True)\n+app.run(debug=E)\n"
    assert shape(change) != shape(change + change)


def test_groups(tmp_path: Path) -> None:
    """The largest first, the rest in the order of the list."""
    named = APP.replace(b"app", b"web")
    other = APP.replace(b"debug=True", b"debug=1")
    plan(tmp_path, [other, APP, named, APP.replace(b"\n\napp =", b"\n\n# A comment.\napp =")])
    with opened(str(tmp_path / "c")) as campaign:
        assert [group.ids for group in review.groups(campaign)] == [(2, 3, 4), (1,)]
    shown = deflask(tmp_path, "bulk", "review", "--campaign", "c").text
    assert shown.startswith("3 repositories with the same change: ")
    assert shown.count("+++ b/app.py") == 2


def test_approve_and_reject_by_name(tmp_path: Path) -> None:
    """What is rejected is kept with its reason and not pushed; whoever changes their mind can say so."""
    made = plan(tmp_path, [APP, APP, APP])
    names = [f"{tmp_path.name}/r{number}" for number in range(3)]
    run = ("bulk", "review", "--campaign", "c")
    done = deflask(
        tmp_path, *run, "--approve", names[0], "--reject", names[1], "--reject", names[2], "--reason", "later"
    )
    assert done.text == "1 approved, 2 rejected\n"
    assert states(tmp_path) == ["approved", "rejected", "rejected"]
    assert "rejected (later)" in deflask(tmp_path, "bulk", "report", "--campaign", "c").text
    assert deflask(tmp_path, *run, "--approve", names[2]).code == 0
    assert deflask(tmp_path, "bulk", "apply", "--campaign", "c").code == 0
    assert [bool(head(each)) for each in made] == [True, False, True]
    for wrong, said in (
        (("--approve", names[0]), f"{names[0]} is pushed"),
        (("--approve", "nobody"), "nobody is not in the campaign"),
        (("--reject", names[1]), "every --reject needs a --reason, its own or one for all"),
        (("--reason", "why"), "every --reject needs a --reason, its own or one for all"),
        (("--reject", names[1], "--reason", " "), "a --reason says something"),
        (("--approve", names[1], "--reject", names[1], "--reason", "x"), f"{names[1]} is both approved and rejected"),
    ):
        refused = deflask(tmp_path, *run, *wrong)
        assert (refused.code, refused.err) == (2, f"error: {said}\n")
    assert states(tmp_path) == ["pushed", "rejected", "pushed"]


def test_who_is_named_twice_counts_once(tmp_path: Path) -> None:
    """The last reason counts."""
    plan(tmp_path, [APP, APP])
    names = [f"{tmp_path.name}/r{number}" for number in range(2)]
    rejected = ("--reject", names[1], "--reason", "one", "--reject", names[1], "--reason", "two")
    done = deflask(tmp_path, "bulk", "review", "--campaign", "c", *["--approve", names[0]] * 2, *rejected)
    assert done.text == "1 approved, 1 rejected\n"
    assert "rejected (two)" in deflask(tmp_path, "bulk", "report", "--campaign", "c").text


def test_approve_all_but_one(tmp_path: Path) -> None:
    plan(tmp_path, [APP, APP])
    run = ("bulk", "review", "--campaign", "c", "--approve-all", "--reject", f"{tmp_path.name}/r1", "--reason", "no")
    assert deflask(tmp_path, *run).text == "1 approved, 1 rejected\n"


def test_each_with_its_own_reason(tmp_path: Path) -> None:
    plan(tmp_path, [APP, APP])
    names = [f"{tmp_path.name}/r{number}" for number in range(2)]
    run = ("--reject", names[0], "--reason", "one", "--reject", names[1], "--reason", "two")
    assert deflask(tmp_path, "bulk", "review", "--campaign", "c", *run).code == 0
    with opened(str(tmp_path / "c"), reading=True) as campaign:
        assert [row.detail for row in campaign.journal.rows([State.REJECTED])] == ["one", "two"]


def test_at_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Group by group: into single ones, approve, reject with a reason, skip, and quit."""
    other, third = APP.replace(b"debug=True", b"debug=1"), APP.replace(b"debug=True", b"debug='x'")
    plan(tmp_path, [APP, APP, APP, other, third, APP.replace(b"debug=True", b"debug=2")])
    answers = iter(["e", "a", "r", "not this one", "s", "a", "q"])
    shown: list[str] = []
    monkeypatch.setattr("click.prompt", lambda *_, **__: next(answers))
    monkeypatch.setattr("click.echo_via_pager", shown.append)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    options = {"folder": str(tmp_path / "c"), "reject": (), "reasons": (), "approve": (), "approve_all": False}
    command(options)
    assert states(tmp_path) == ["approved", "rejected", "planned", "approved", "planned", "planned"]
    assert len(shown) == 6
    assert next(answers, None) is None


def test_progress_on_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts by state and the time left, in one line that goes away."""
    monkeypatch.setattr("deflask.cli.bulk_run._PACE", 0)
    made = [bare(tmp_path / f"r{number}.git", {"app.py": APP}) for number in range(2)]
    done = deflask(
        tmp_path, "bulk", "plan", "--campaign", "c", "--jobs", "1", *made, terminal="stderr", env={"TERM": "xterm"}
    )
    assert "Planning 1/2: 1 planned; 0:0" in done.err
    assert "Planning 2/2: 2 planned; 0:00 left" in done.err
    assert done.err.endswith("\r\033[K")
    dumb = deflask(
        tmp_path, "bulk", "plan", "--campaign", "d", "--jobs", "1", *made, terminal="stderr", env={"TERM": "dumb"}
    )
    assert dumb.err == ""


def test_nothing_to_approve(tmp_path: Path) -> None:
    """Whoever has forgotten something is told what."""
    bare(tmp_path / "r.git", {"app.py": CLEAN})
    approved(tmp_path, tmp_path / "r.git")
    for more in ((), ("--dry-run",), ("--pull-requests",), ("--pull-requests", "--dry-run")):
        done = deflask(tmp_path, "bulk", "apply", "--campaign", "c", *more)
        assert (done.text, done.err) == ("Campaign c: 1 repository\n      1 nothing-to-do\n", "")
    plan(tmp_path, [APP])
    done = deflask(tmp_path, "bulk", "apply", "--campaign", "c", "--dry-run")
    assert done.err == "note: 1 repository waits for `deflask bulk review`\n"
    assert "1 planned" in done.text


@pytest.mark.parametrize("command", [("status",), ("report", "--output-format", "json"), ("review",), ("apply",)])
def test_whoever_reads_goes_away(tmp_path: Path, command: tuple[str, ...]) -> None:
    """As when it is piped into `head`: quiet."""
    plan(tmp_path, [APP])
    reader, writer = os.pipe()
    os.close(reader)
    arguments = [sys.executable, "-m", "deflask", "bulk", command[0], "--campaign", "c", *command[1:]]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with os.fdopen(writer, "wb") as pipe:
        done = subprocess.run(arguments, cwd=tmp_path, env=env, stdout=pipe, stderr=subprocess.PIPE, check=False)
    assert done.stderr.decode().replace("note: 1 repository waits for `deflask bulk review`\n", "") == ""
    assert done.returncode == 1
