"""A cluster of dask.distributed: the scheduler gets a window of tasks, and gives up each result as it comes."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from itertools import islice
from typing import Any

from deflask import __version__
from deflask.bulk.engines import EngineError, Lost, Work
from deflask.bulk.engines.limited import limited
from deflask.bulk.engines.local import SECONDS
from deflask.bulk.model import Outcome, Task

_PATIENCE = 15
"""Seconds in which the scheduler has to answer, and a worker to be there."""
_WINDOW = 2
"""Tasks that are outstanding for each thread of the cluster: one that runs, and one that is there when it ends."""

_ADDRESS = re.compile(r"(tcp|tls)://(?:[^\s/:]+|\[[^\s/]+\])(?::\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Dask:
    """The engine. Without certificates whoever reaches the scheduler runs code on the workers."""

    scheduler: str
    tls_ca_file: str | None = None
    tls_cert: str | None = None
    tls_key: str | None = None
    seconds: float = SECONDS
    """For each task, as in the local engine."""
    local: bool = field(default=False, init=False)

    def run(self, work: Work, tasks: Iterable[Task]) -> Iterator[tuple[Task, Outcome | Lost]]:
        """See `Engine`. Raises EngineError where the cluster cannot be used."""
        distributed = _distributed()
        with self._client(distributed) as client:
            window = _WINDOW * sum(client.nthreads().values())
            suspects: list[Task] = []
            for task, result in self._completed(client, distributed, work, tasks, window):
                if isinstance(result, distributed.KilledWorker):
                    suspects.append(task)
                else:
                    yield task, result
            # The scheduler blames all that was at a worker when it died. What is alone with one is what it dies of.
            for suspect in suspects:
                for task, result in self._completed(client, distributed, work, [suspect], 1):
                    killed = isinstance(result, distributed.KilledWorker)
                    yield task, Lost(f"the workers that had it died: {result}") if killed else result

    def _completed(
        self, client: Any, distributed: Any, work: Work, tasks: Iterable[Task], window: int
    ) -> Iterator[tuple[Task, Any]]:
        """Each task with its outcome, with what was lost, or with the KilledWorker that ended it."""
        waiting = iter(tasks)
        outstanding: dict[str, Task] = {}
        futures = distributed.as_completed(loop=client.loop)

        def submit(more: Iterable[Task]) -> None:
            for task in more:
                future = client.submit(limited, work, task, self.seconds, pure=False)
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

    @contextlib.contextmanager
    def _client(self, distributed: Any) -> Iterator[Any]:
        security = self._security(distributed)
        try:
            client = distributed.Client(self.scheduler, security=security, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            raise EngineError(f"{self.scheduler}: the scheduler cannot be reached: {error}") from None
        with client:
            try:
                client.wait_for_workers(1, timeout=_PATIENCE)
            except (OSError, distributed.TimeoutError):
                raise EngineError(f"{self.scheduler}: the scheduler has no workers") from None
            _check_versions(client)
            yield client

    def _security(self, distributed: Any) -> Any:
        """The certificates. Raises EngineError; with what is wrong in these a client would wait, and fail noisily."""
        scheme = _ADDRESS.fullmatch(self.scheduler)
        if scheme is None:
            raise EngineError(f"{self.scheduler}: a scheduler is tcp://HOST:PORT, or tls://HOST:PORT with certificates")
        given = {
            "tls_ca_file": self.tls_ca_file,
            "tls_client_cert": self.tls_cert,
            "tls_client_key": self.tls_key,
        }
        missing = [path for path in given.values() if path is None]
        if scheme[1] == "tcp":
            if len(missing) < len(given):
                raise EngineError(f"{self.scheduler}: certificates need an address that begins with tls://")
            return None
        if missing:
            raise EngineError(f"{self.scheduler}: tls:// needs --tls-ca-file, --tls-cert and --tls-key")
        for path in filter(None, given.values()):
            try:
                open(path, "rb").close()
            except OSError as error:
                raise EngineError(f"{path}: {error.strerror}") from None
        security = distributed.Security(require_encryption=True, **given)
        try:
            security.get_connection_args("client")
        except (OSError, ValueError) as error:
            raise EngineError(f"{', '.join(map(str, given.values()))}: no certificates that fit: {error}") from None
        return security


def _distributed() -> Any:
    try:
        library = import_module("distributed")
    except ImportError as error:
        raise EngineError(f"--engine dask needs the extra `dask`: pip install 'deflask[dask]' ({error})") from None
    # What becomes of the scheduler is said by us, once.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    return library


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


def _result(future: Any, distributed: Any) -> Any:
    try:
        return future.result()
    except distributed.KilledWorker as error:
        return error
    except distributed.CancelledError:
        raise EngineError("the scheduler is gone; run the command again when there is one") from None
    except Exception as error:  # from the worker: it could not be sent there, or back
        return Lost(f"{type(error).__name__}: {error}")
