"""Repositories that lead on and on: whatever stops the search, no blob is taken for another, and it is said."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deflask import check_paths
from deflask.bulk.git import Git
from deflask.bulk.model import Limits, State
from deflask.bulk.reasons import Reason, Stopped
from deflask.bulk.repository import Objects, entries, objects
from tests.bulk.tools import bare, planned
from tests.command import APP, tree

DEEP = 400
"""Python's limit here: with its own one it takes a chain of 1,100 modules, and half a minute."""
LONG = 300
"""Modules that import one from the next: more than are followed then."""
_HEAD = b"from flask import Flask\napp = Flask(__name__)\n"


def chain(last: bytes) -> dict[str, bytes]:
    """A program whose flag is imported from module to module."""
    links = {f"m{n}.py": _HEAD + b"from m%d import D\napp.run(debug=D)\n" % (n + 1) for n in range(LONG)}
    return {**links, f"m{LONG}.py": last}


@pytest.fixture
def limit() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(DEEP)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.usefixtures("limit")
@pytest.mark.parametrize("last", [b"D = False\n", b"D = True\n"])
def test_a_chain_that_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: bytes) -> None:
    """What stands behind it is found as by `check`, and where the chain was left is in the log."""
    files = chain(last) | {"z.py": APP}
    tree(tmp_path / "work", files)
    (tmp_path / "work" / ".git").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    checked = {(result.path, len(result.findings)) for result in check_paths(["."]) if result.findings}
    assert ("z.py", 1) in checked
    monkeypatch.chdir(tmp_path)
    outcome = planned(bare(tmp_path / "r.git", files))
    assert outcome.state is State.PLANNED, outcome.detail
    assert outcome.document is not None
    assert {(file["path"], 1) for file in outcome.document["files"]} == checked
    assert "too deeply" in outcome.log


def at_depth(frames: int, reader: Objects, oid: str) -> bytes:
    return at_depth(frames - 1, reader, oid) if frames else reader.read(oid)


def opened(repository: Path) -> Git:
    return Git(Limits(), os.path.realpath(repository), str(repository), "file")


def test_questions_that_are_stopped_before_their_answer(tmp_path: Path) -> None:
    """At whatever depth Python gives up, the next answer belongs to the next question."""
    command = opened(bare(tmp_path / "r.git", {f"{n}.py": b"%d" % n for n in range(9)}))
    listed = entries(command)
    stopped = 0
    with objects(command) as reader:
        for frames in range(sys.getrecursionlimit()):
            entry = listed[frames % len(listed)]
            try:
                assert b"%s.py" % at_depth(frames, reader, entry.oid) == entry.path
            except RecursionError:
                stopped += 1
            if stopped > 20:
                break
        assert stopped
        assert b"%s.py" % reader.read(listed[3].oid) == listed[3].path


def test_another_object_than_was_asked_for(tmp_path: Path) -> None:
    """It is never taken for that, and the repository fails, whoever has caught the exception."""
    command = opened(bare(tmp_path / "r.git", {"a.py": APP}))
    one = entries(command)[0].oid

    def caught() -> None:
        with objects(command) as reader:
            for asked in (one[:8], "0" * 40):
                with pytest.raises(Stopped):
                    reader.read(asked)

    with pytest.raises(Stopped) as failed:
        caught()
    assert failed.value.reason is Reason.INTERNAL
