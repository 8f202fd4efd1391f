"""A cluster of dask.distributed: the scheduler gets a window of tasks, and gives up each result as it comes."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from itertools import islice
from typing import Any

from deflask import __version__
from deflask.bulk.engines import EngineError, Lost, Work
from deflask.bulk.engines.local import Local
from deflask.bulk.model import Outcome, Task

_ADDRESS = re.compile(r"(tcp|tls)://[^/\s]+:[0-9]+")
_PATIENCE = 15
"""Seconds in which the scheduler has to answer, and a worker to be there."""
_WINDOW = 2
"""Tasks that are outstanding for each thread of the cluster: one that runs, and one that is there when it ends."""


@dataclass(frozen=True, slots=True)
class Dask:
    """The engine. Without certificates whoever reaches the scheduler runs code on the workers."""

    scheduler: str
    tls_ca_file: str | None = None
    tls_cert: str | None = None
    tls_key: str | None = None
    local: bool = field(default=False, init=False)

    def run(self, work: Work, tasks: Iterable[Task]) -> Iterator[tuple[Task, Outcome | Lost]]:
        """See `Engine`. Raises EngineError where the cluster cannot be used."""
        distributed = _distributed()
        self._check()
        with self._client(distributed) as client:
            window = _WINDOW * sum(client.nthreads().values())
            suspects: list[Task] = []
            for task, result in _completed(client, distributed, work, tasks, window):
                if isinstance(result, distributed.KilledWorker):
                    suspects.append(task)
                else:
                    yield task, result
            # The scheduler blames all that was at a worker when it died. What is alone with one is what it dies of.
            for suspect in suspects:
                for task, result in _completed(client, distributed, work, [suspect], 1):
                    killed = isinstance(result, distributed.KilledWorker)
                    yield task, Lost(f"the workers that had it died: {result}") if killed else result

    def _check(self) -> None:
        """Raise EngineError for what would fail only after a while, in distributed's own words."""
        given = _ADDRESS.fullmatch(self.scheduler)
        if given is None:
            raise EngineError(f"{self.scheduler}: no address as tcp://HOST:PORT or tls://HOST:PORT")
        certificates = (self.tls_ca_file, self.tls_cert, self.tls_key)
        if given[1] == "tls" and None in certificates:
            raise EngineError(f"{self.scheduler}: needs --tls-ca-file, --tls-cert and --tls-key")
        if given[1] == "tcp" and any(path is not None for path in certificates):
            raise EngineError(f"{self.scheduler}: certificates are for tls://")

    @contextlib.contextmanager
    def _client(self, distributed: Any) -> Iterator[Any]:
        certificates = {
            "tls_ca_file": self.tls_ca_file,
            "tls_client_cert": self.tls_cert,
            "tls_client_key": self.tls_key,
        }
        given = {name: path for name, path in certificates.items() if path is not None}
        security = distributed.Security(require_encryption=True, **given) if given else None
        try:
            client = distributed.Client(self.scheduler, security=security, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise EngineError(f"{self.scheduler}: the scheduler cannot be reached: {error}") from None
        with client:
            try:
                client.wait_for_workers(1, timeout=_PATIENCE)
            except (OSError, distributed.TimeoutError):
                raise EngineError(f"{self.scheduler}: the scheduler has no workers") from None
            _check_versions(client)
            yield client


def _limited(work: Work, task: Task) -> Outcome | Lost:
    """Do one task where it runs, in a process of its own, whose limits are those of the engine of one machine."""
    [(_, result)] = Local(jobs=1).run(work, [task])
    return result


def _distributed() -> Any:
    try:
        return import_module("distributed")
    except ImportError as error:
        raise EngineError(f"--engine dask needs the extra `dask`: pip install 'deflask[dask]' ({error})") from None


def _version() -> str:
    return __version__


def _check_versions(client: Any) -> None:
    """Another version would make other commits."""
    try:
        versions: dict[str, str] = client.run(_version)
    except Exception as error:  # whatever a worker without deflask says
        raise EngineError(f"a worker cannot run deflask: {error}") from None
    others = {f"{worker} has {version}" for worker, version in versions.items() if version != __version__}
    if others:
        raise EngineError(f"all workers need deflask {__version__}: {', '.join(sorted(others))}")


def _completed(
    client: Any, distributed: Any, work: Work, tasks: Iterable[Task], window: int
) -> Iterator[tuple[Task, Any]]:
    """Each task with its outcome, with what was lost, or with the KilledWorker that ended it."""
    waiting = iter(tasks)
    outstanding: dict[str, Task] = {}
    futures = distributed.as_completed(loop=client.loop)

    def submit(more: Iterable[Task]) -> None:
        for task in more:
            future = client.submit(_limited, work, task, pure=False)
            outstanding[future.key] = task
            futures.add(future)

    submit(islice(waiting, window))
    for future in futures:
        result = _result(future, distributed)
        # What is not given up is done again when the worker dies that holds it.
        future.release()
        task = outstanding.pop(future.key)
        submit(islice(waiting, 1))
        yield task, result


def _result(future: Any, distributed: Any) -> Any:
    try:
        return future.result()
    except distributed.KilledWorker as error:
        return error
    except distributed.CancelledError:
        raise EngineError("the scheduler is gone; run the command again when there is one") from None
    except Exception as error:  # from the worker: it could not be sent there, or back
        return Lost(f"{type(error).__name__}: {error}")
