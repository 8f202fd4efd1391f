"""Worker processes: what one dies of is known, nothing is lost, and nothing is asked for before its time."""

from __future__ import annotations

import os
import resource
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deflask.bulk.engines import Lost
from deflask.bulk.engines.limited import _HERE, limited
from deflask.bulk.engines.local import Local
from deflask.bulk.engines.process import start
from deflask.bulk.model import Outcome, State, Target, Task
from tests.bulk.clusters import until
from tests.bulk.tools import OPTIONS, several, task
from tests.command import deflask


def tasks(count: int, folder: Path) -> list[Task]:
    return [Task(number, Target(str(number)), OPTIONS, scratch=str(folder)) for number in range(count)]


def echo(given: Task) -> Outcome:
    """Work that says who did it."""
    return Outcome(State.PLANNED, detail=f"{given.id} {os.getpid()}")


def worker(result: Outcome | Lost) -> int:
    """The process that did some work."""
    assert isinstance(result, Outcome)
    return int((result.detail or "").split()[1])


def deadly(given: Task) -> Outcome:
    """Work of which one task always kills its process, and one only the first time."""
    first = Path(given.scratch or "") / "first"
    if given.id == 3 or (given.id == 5 and not first.exists()):
        first.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return echo(given)


def killing(given: Task) -> Outcome:
    """Work of which one task always ends whatever works on it, also what that works for."""
    if given.id == 3:
        os.kill(os.getppid(), signal.SIGKILL)
    return echo(given)


def bounded(given: Task) -> Outcome:
    """Work that says how much memory it may have, and of which one task never ends."""
    stuck(given)
    return Outcome(State.PLANNED, detail=str(resource.getrlimit(resource.RLIMIT_AS)[0]))


def stuck(given: Task) -> Outcome:
    """Work of which one task never ends."""
    while given.id == 1:
        time.sleep(60)
    return echo(given)


def busy(given: Task) -> Outcome:
    """Work that never waits for anything, nor ends."""
    Path(given.scratch or "", "begun").touch()
    while True:
        pass


def lingering(given: Task) -> Outcome:
    """Work after which a process is told to end while Python is ending already."""

    def tell() -> None:
        threading.main_thread().join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=tell).start()
    return echo(given)


def done(results: Iterator[tuple[Task, Outcome | Lost]]) -> dict[int, Outcome | Lost]:
    found: dict[int, Outcome | Lost] = {}
    for given, result in results:
        assert given.id not in found
        found[given.id] = result
    return found


def test_all_is_done_by_few_processes(tmp_path: Path) -> None:
    found = done(Local(jobs=2).run(echo, tasks(20, tmp_path)))
    assert sorted(found) == list(range(20))
    assert len({worker(result) for result in found.values()}) == 2


def test_tasks_are_asked_for_when_there_is_room(tmp_path: Path) -> None:
    """Thousands of tasks are never outstanding at once."""
    asked: list[int] = []

    def given() -> Iterator[Task]:
        for each in tasks(50, tmp_path):
            asked.append(each.id)
            yield each

    for count, _ in enumerate(Local(jobs=2).run(echo, given()), 1):
        assert len(asked) - count <= 2


def test_what_kills_its_process(tmp_path: Path) -> None:
    """It is tried again once, and the others are none the worse for it."""
    found = done(Local(jobs=2).run(deadly, tasks(10, tmp_path)))
    lost = {number: result for number, result in found.items() if isinstance(result, Lost)}
    assert list(lost) == [3]
    assert lost[3] == Lost("the process ended with -9, 2 times")
    assert len(found) == 10


def test_limits(tmp_path: Path) -> None:
    """Of time and of memory: what never ends is ended."""
    found = done(Local(jobs=2, seconds=2).run(bounded, tasks(4, tmp_path)))
    assert found.pop(1) == Lost("more than 2 seconds", slow=True)
    assert list(found.values()) == [Outcome(State.PLANNED, detail=str(4 << 30))] * 3


def test_limits_where_the_process_is_somebody_elses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are the same, a process is used again, and nothing is left behind."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    first, second, late, again = (limited(*each) for each in (
        (echo, tasks(1, tmp_path)[0], 60), (echo, tasks(1, tmp_path)[0], 60),
        (bounded, tasks(2, tmp_path)[1], 1), (bounded, tasks(1, tmp_path)[0], 1),
    ))  # fmt: skip
    assert worker(first) == worker(second) != os.getpid()
    assert late == Lost("more than 1 seconds", slow=True)
    assert again == Outcome(State.PLANNED, detail=str(4 << 30))
    assert list(tmp_path.iterdir()) == []
    _HERE.pool.close()
    del _HERE.pool


def test_processes_that_are_killed_while_they_wait(tmp_path: Path) -> None:
    """The next task gets another process."""
    results = Local(jobs=1).run(echo, tasks(3, tmp_path))
    _, first = next(results)
    os.kill(worker(first), signal.SIGKILL)
    assert len(done(results)) == 2


def test_processes_end_with_the_run(tmp_path: Path) -> None:
    """Also with one that is given up in the middle."""
    results = Local(jobs=2).run(echo, tasks(10, tmp_path))
    _, first = next(results)
    results.close()  # type: ignore[attr-defined]
    with pytest.raises(ProcessLookupError):
        os.kill(worker(first), 0)


def test_a_busy_process_ends_with_whom_it_works_for(tmp_path: Path) -> None:
    """Whoever that was is gone, and its end of the pipe with it."""
    worker = start(busy)
    worker.give(tasks(1, tmp_path)[0], 1, 60)
    until((tmp_path / "begun").exists)
    worker.dismiss()
    assert worker.process.wait(timeout=30) == 1


def test_processes_that_end_say_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Not even when they are told to end in the middle of it."""
    assert len(done(Local(jobs=2).run(lingering, tasks(2, tmp_path)))) == 2
    assert capfd.readouterr() == ("", "")


def test_a_poisoned_repository_is_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its reason is in the journal, and the others are planned."""
    repositories = several(tmp_path, 4)
    monkeypatch.setattr("deflask.bulk.campaign.plan", deadly)
    done = deflask(tmp_path, "bulk", "plan", "--campaign", "c", "--jobs", "2", *repositories)
    assert done.code == 0, done.err
    assert "1 failed" in done.text
    assert "worker-died: ended the processes that worked on it" in done.text
    assert "3 planned" in done.text


def test_a_task_is_what_a_worker_needs(tmp_path: Path) -> None:
    """No credentials among it."""
    assert "token" not in repr(replace(task(tmp_path), pack=None)).lower()
