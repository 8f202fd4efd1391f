"""What the engine makes of a cluster's answers, with a stand-in for the library, so that it need not be installed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from ssl import SSLError
from types import ModuleType
from typing import Any

import pytest

from deflask import __version__
from deflask.bulk.engines import EngineError, Lost
from deflask.bulk.engines.dask import Dask
from deflask.bulk.engines.limited import limited
from deflask.bulk.engines.local import SECONDS
from deflask.bulk.model import Outcome, State, Target, Task
from tests.bulk.tools import OPTIONS, several
from tests.command import deflask, tree

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


@dataclass
class Certificates:
    """What was handed on."""

    given: dict[str, object]

    def get_connection_args(self, role: str) -> None:
        """All is well with them, unless they say otherwise."""
        assert role == "client"
        if b"no PEM" in Path(str(self.given["tls_client_cert"])).read_bytes():
            raise SSLError("PEM lib")


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

    def Security(self, **given: object) -> Certificates:
        return Certificates(given)

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

    def submit(
        self, function: object, work: Callable[[Task], Outcome], task: Task, seconds: float, pure: bool
    ) -> Future:
        assert (function, seconds, pure) == (limited, SECONDS, False)
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


def results(monkeypatch: pytest.MonkeyPatch, library: Library) -> dict[int, Outcome | Lost]:
    monkeypatch.setitem(sys.modules, "distributed", library)
    return {task.id: result for task, result in Dask("tcp://scheduler").run(work, TASKS)}


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


TLS = ("tls_ca_file", "tls_cert", "tls_key")


def test_certificates_are_handed_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    library = Library()
    tree(tmp_path, dict.fromkeys(TLS, b""))
    ca, cert, key = (str(tmp_path / name) for name in TLS)
    monkeypatch.setitem(sys.modules, "distributed", library)
    assert len(list(Dask("tls://scheduler:1", ca, cert, key).run(work, TASKS))) == 20
    expected = {"require_encryption": True, "tls_ca_file": ca, "tls_client_cert": cert, "tls_client_key": key}
    assert library.security == Certificates(expected)


@pytest.mark.parametrize(
    ("scheduler", "given", "said"),
    [
        ("nonsense", (), "nonsense: a scheduler is tcp://HOST:PORT"),
        ("http://127.0.0.1:1", (), "a scheduler is tcp://HOST:PORT"),
        ("tcp://127.0.0.1:1", TLS[:1], "certificates need an address that begins with tls://"),
        ("tls://127.0.0.1:1", (), "needs --tls-ca-file, --tls-cert and --tls-key"),
        ("tls://127.0.0.1:1", TLS[:2], "needs --tls-ca-file, --tls-cert and --tls-key"),
        ("tls://127.0.0.1:1", TLS, "tls_key: No such file or directory"),
        ("tls://127.0.0.1:1", (*TLS[:2], "tls_cert"), "no certificates that fit: ('PEM lib',)"),
    ],
)
def test_addresses_and_certificates_that_do_not_fit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scheduler: str, given: tuple[str, ...], said: str
) -> None:
    """Nobody is asked before they do."""
    monkeypatch.setitem(sys.modules, "distributed", Library(scheduler=False))
    tree(tmp_path, {"tls_ca_file": b"", "tls_cert": b"no PEM"})
    ca, cert, key = [*(str(tmp_path / name) for name in given), None, None, None][:3]
    with pytest.raises(EngineError) as error:
        list(Dask(scheduler, ca, cert, key).run(work, TASKS))
    assert said in str(error.value)


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
        list(Dask("tcp://scheduler").run(gone, TASKS))


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that says what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    several(tmp_path / "repositories", 1)
    engine = ("--engine", "dask", "--scheduler", "tcp://127.0.0.1:1")
    done = deflask(tmp_path, "bulk", "plan", "--campaign", "c", "--dir", "repositories", *engine)
    assert done.code == 2
    assert "pip install 'deflask[dask]'" in done.err
