"""What the engine makes of a cluster's answers, with a stand-in for the library, so that it need not be installed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from deflask import __version__
from deflask.bulk.engines import EngineError, Lost
from deflask.bulk.engines.dask import Dask, _limited
from deflask.bulk.model import Outcome, State, Target, Task
from tests.bulk.test_engines import deadly, tasks
from tests.bulk.tools import OPTIONS, several
from tests.command import deflask

TASKS = [Task(number, Target(str(number)), OPTIONS) for number in range(20)]


class KilledWorker(Exception):
    """Several workers died of a task."""


class CancelledError(Exception):
    """There is no scheduler any more."""


class Future:
    """A result that is there when it is asked for."""

    def __init__(self, key: str, answer: Callable[[], Outcome]) -> None:
        self.key = key
        self.result = answer
        self.released = False

    def release(self) -> None:
        """Nobody wants it any more."""
        self.released = True


class Library(ModuleType):
    """As much of `distributed` as is used; `versions` is what the workers have, `most` what was outstanding at most."""

    KilledWorker = KilledWorker
    CancelledError = CancelledError
    TimeoutError = TimeoutError

    def __init__(self, versions: dict[str, str] | None = None, workers: bool = True, scheduler: bool = True) -> None:
        super().__init__("distributed")
        self.versions = versions if versions is not None else {"tcp://one": __version__}
        self.workers, self.scheduler = workers, scheduler
        self.futures: list[Future] = []
        self.most = 0

    def Client(self, *_: object, **given: object) -> Library:
        if not self.scheduler:
            raise OSError("nobody there")
        self.security = given["security"]
        return self

    def Security(self, **given: object) -> dict[str, object]:
        return given

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def wait_for_workers(self, *_: object, **__: object) -> None:
        if not self.workers:
            raise TimeoutError

    def run(self, function: Callable[[], str]) -> dict[str, str]:
        assert function() == __version__
        if not self.versions:
            raise ModuleNotFoundError("No module named 'deflask'")
        return self.versions

    def nthreads(self) -> dict[str, int]:
        return {"tcp://one": 2, "tcp://two": 1}

    @property
    def loop(self) -> None:
        return None

    def submit(self, limited: object, work: Callable[[Task], Outcome], task: Task, pure: bool) -> Future:
        assert limited is _limited
        assert not pure
        return Future(str(task.id), lambda: work(task))

    def as_completed(self, loop: object) -> Any:
        return self

    def add(self, future: Future) -> None:
        self.futures.append(future)
        self.most = max(self.most, len(self.futures))

    def __iter__(self) -> Iterator[Future]:
        while self.futures:
            future = self.futures.pop()
            yield future
            assert future.released


INNOCENT: list[Task] = []


def work(task: Task) -> Outcome:
    # 7 was only beside what killed its worker.
    if task.id == 7 and not INNOCENT:
        INNOCENT.append(task)
        raise KilledWorker("of 7")
    errors = {3: KilledWorker("of 3"), 5: TypeError("cannot pickle")}
    if task.id in errors:
        raise errors[task.id]
    return Outcome(State.PLANNED, detail=str(task.id))


def results(monkeypatch: pytest.MonkeyPatch, library: Library, **given: str) -> dict[int, Outcome | Lost]:
    monkeypatch.setitem(sys.modules, "distributed", library)
    address = "tls://127.0.0.1:1" if given else "tcp://127.0.0.1:1"
    return {task.id: result for task, result in Dask(address, **given).run(work, TASKS)}


def test_results_and_losses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every task comes to something, each is given up at once, few are outstanding, and no innocent one is lost."""
    INNOCENT.clear()
    library = Library()
    found = results(monkeypatch, library)
    assert sorted(found) == list(range(20))
    assert found[3] == Lost("the workers that had it died: of 3")
    assert found[5] == Lost("TypeError: cannot pickle")
    assert found[7] == Outcome(State.PLANNED, detail="7")
    assert found[4] == Outcome(State.PLANNED, detail="4")
    assert library.most == 6
    assert library.security is None


def test_certificates_are_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library()
    results(monkeypatch, library, tls_ca_file="ca", tls_cert="cert", tls_key="key")
    expected = {"require_encryption": True, "tls_ca_file": "ca", "tls_client_cert": "cert", "tls_client_key": "key"}
    assert library.security == expected


@pytest.mark.parametrize(
    ("library", "said"),
    [
        (Library(scheduler=False), "the scheduler cannot be reached: nobody there"),
        (Library(workers=False), "the scheduler has no workers"),
        (Library(versions={}), "a worker cannot run deflask: No module named 'deflask'"),
        (Library(versions={"tcp://old": "0.0.1"}), "tcp://old has 0.0.1"),
    ],
)
def test_clusters_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, library: Library, said: str) -> None:
    with pytest.raises(EngineError, match=said):
        results(monkeypatch, library)


def test_a_scheduler_that_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is no repository's fault: the run ends, and goes on when it is called again."""

    def gone(*_: object) -> Outcome:
        raise CancelledError

    monkeypatch.setitem(sys.modules, "distributed", Library())
    with pytest.raises(EngineError, match="the scheduler is gone"):
        list(Dask("tcp://127.0.0.1:1").run(gone, TASKS))


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that says what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    several(tmp_path / "repositories", 1)
    engine = ("--engine", "dask", "--scheduler", "tcp://127.0.0.1:1")
    done = deflask(tmp_path, "bulk", "plan", "--campaign", "c", "--dir", "repositories", *engine)
    assert done.code == 2
    assert "pip install 'deflask[dask]'" in done.err


@pytest.mark.parametrize(
    ("address", "certificates", "said"),
    [
        ("127.0.0.1:8786", {}, "no address as tcp://HOST:PORT or tls://HOST:PORT"),
        ("tcp://127.0.0.1", {}, "no address as"),
        ("http://127.0.0.1:8786", {}, "no address as"),
        ("tls://127.0.0.1:8786", {"tls_ca_file": "ca"}, "needs --tls-ca-file, --tls-cert and --tls-key"),
        ("tcp://127.0.0.1:8786", {"tls_cert": "cert"}, "certificates are for tls://"),
    ],
)
def test_addresses_that_cannot_be(
    monkeypatch: pytest.MonkeyPatch, address: str, certificates: dict[str, str], said: str
) -> None:
    """They are refused at once, and not by a library after a while."""
    monkeypatch.setitem(sys.modules, "distributed", Library())
    with pytest.raises(EngineError, match=said):
        list(Dask(address, **certificates).run(work, TASKS))


def test_a_task_has_a_process_of_its_own(tmp_path: Path) -> None:
    """What ends it ends no worker of the cluster."""
    [task, *_] = (task for task in tasks(8, tmp_path) if task.id == 3)
    assert isinstance(_limited(deadly, task), Lost)
