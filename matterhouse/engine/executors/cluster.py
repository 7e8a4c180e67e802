"""A Dask cluster as a run sees it: opened, looked over, given batches, asked for what is done, closed."""

from __future__ import annotations

import logging
import pickle
import socket
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from matterhouse.engine.errors import RunFailed
from matterhouse.engine.executors import identity, on_worker
from matterhouse.engine.executors.on_worker import Job, Sample
from matterhouse.engine.executors.places import Attempt, Place, new_token
from matterhouse.settings.engine import EngineSettings

if TYPE_CHECKING:
    from distributed import Client, Future

# Gives a client as a context: of Dask itself, or in a flow of prefect-dask.
Connect = Callable[[EngineSettings], AbstractContextManager["Client"]]

CONNECT_SECONDS = 5
_ANSWER_SECONDS = 10
_GREETING, _LONGEST_GREETING = b"pickle-protocol", 10_000
_LARGEST_MESSAGE = "1 GB"  # of which Dask does not warn
# Which have levels of their own. The last tells with a traceback that what was just begun cannot be cancelled, when
# somebody stops the run at that moment.
_LOGGERS = ("distributed", "distributed.client", "tornado.application")


def connect(engine: EngineSettings) -> AbstractContextManager[Client]:
    """A client of the scheduler at ``engine.address``. Raises OSError."""
    from distributed import Client

    knock(engine)
    client: AbstractContextManager[Client] = Client(
        engine.address, timeout=CONNECT_SECONDS, set_as_default=False, name="matterhouse"
    )
    return client


def knock(engine: EngineSettings) -> None:
    """Raise OSError within seconds where no scheduler answers at ``engine.address``: Dask would try for as long as it
    may, and wait for ever for one that is silent.

    A scheduler tells whoever connects what it can pack and unpack; what another server says is not handed to Dask.
    """
    scheme, _, place = (engine.address or "").partition("://")
    host, _, port = place.rpartition(":")
    with socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS) as connection:
        if scheme == "tcp":  # with tls:// it says nothing before it has seen a certificate
            _await_greeting(connection)


def _await_greeting(connection: socket.socket) -> None:
    until, said = time.monotonic() + CONNECT_SECONDS, b""
    while _GREETING not in said:
        connection.settimeout(max(until - time.monotonic(), 0.001))
        more = connection.recv(4096)
        said += more
        if not more or len(said) > _LONGEST_GREETING:
            raise OSError("what listens there is no Dask scheduler")


def require(package: str) -> None:
    """Raise ``RunFailed`` where a package is missing that ``engine.kind: dask`` needs."""
    if find_spec(package) is None:
        raise RunFailed(
            f"engine.kind is dask, and the package {package.replace('_', '-')} is not installed: "
            "pip install 'matterhouse[dask]', or set engine.kind to local"
        )


class NoAnswer(Exception):
    """A scheduler or a worker does not answer, in words."""


class Cluster:
    """The scheduler at ``address`` and its workers. Raises ``RunFailed`` where none answers."""

    def __init__(self, engine: EngineSettings, connect: Connect):
        self.address, self._patience = engine.address, max(engine.patience_seconds, _ANSWER_SECONDS)
        self._ours = identity.here()
        with ExitStack() as held:
            held.enter_context(_silently())
            try:
                self._client = held.enter_context(connect(engine))
            except (OSError, ValueError, TypeError, RuntimeError) as error:  # TypeError: TLS is not set up
                said = " ".join(str(error).split())[:200]
                raise RunFailed(
                    f"no Dask scheduler answers at {self.address}, which engine.address names, within "
                    f"{CONNECT_SECONDS} seconds ({said}): start it, or set engine.kind to local"
                ) from None
            self._held = held.pop_all()

    def refuse_others(self, place: Place) -> None:
        """Raise ``RunFailed`` where a worker runs other code, or does not see the place that tables are staged in."""
        for worker, why in self._asked(on_worker.look, self._ours, pickle.dumps(place)):
            raise RunFailed(
                f"worker {worker} of {self.address} cannot work for this run: {why}. docs/cluster.md says how workers "
                "get the package and what they have to share; then start the worker again"
            )

    def complaint_about(self, sample: Sample) -> str | None:
        """The first worker that does not see a source as it is here, and why; None where all do."""
        for worker, why in self._asked(on_worker.look_at, pickle.dumps(sample)):
            return f"worker {worker}: {why}"
        return None

    def _asked(self, question: Callable[..., str | None], *arguments: object) -> Iterator[tuple[str, str]]:
        """The workers that have a complaint, and which. Raises ``NoAnswer``."""
        try:
            answers = self._client.run(question, *arguments, on_error="return", callback_timeout=self._patience)
        except TimeoutError:
            raise NoAnswer(f"the scheduler or a worker did not answer for {self._patience:g} seconds") from None
        except (OSError, RuntimeError) as error:  # what Dask raises when the scheduler is gone
            raise NoAnswer(f"the Dask scheduler is gone ({error})") from None
        for worker, answer in sorted(answers.items()):
            if isinstance(answer, OSError):
                continue  # it is gone
            if isinstance(answer, BaseException):
                yield worker, f"matterhouse, as it is here, cannot be imported there ({answer})"
            elif answer is not None:
                yield worker, answer

    @property
    def is_lost(self) -> bool:
        """Whether the scheduler is gone, and with it all that was submitted."""
        return self._client.status != "running"

    def answers(self) -> bool:
        """Whether the scheduler answers: that it is gone is noticed later than what fails by that."""
        return not self.is_lost and self.workers() is not None

    def workers(self) -> int | None:
        """How many workers take batches now, but for those whose memory is full; None where no scheduler answers."""
        scheduler = self._client.scheduler
        with suppress(OSError, RuntimeError):
            if scheduler is not None:
                known = self._client.sync(scheduler.identity, callback_timeout=_ANSWER_SECONDS)["workers"]
                return sum(each["status"] == "running" for each in known.values())
        return None

    def submit(self, job: Job) -> Future:
        """Have a batch extracted, on whichever worker. Raises ``NoAnswer``."""
        import dask

        key = f"matterhouse-{job.setup.run_id}-{job.batch.number:06d}-{new_token()[:8]}"
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": _LARGEST_MESSAGE}):
            try:
                return self._client.submit(on_worker.extract, self._ours, pickle.dumps(job), key=key, pure=False)
            except (OSError, RuntimeError) as error:
                raise NoAnswer(f"the Dask scheduler is gone ({error})") from None

    def first_done(self, futures: Collection[Future], seconds: float) -> Future | None:
        """One that is done, well or not; None where none is after so many seconds."""
        from distributed import wait
        from distributed.client import FuturesCancelledError

        if not any(map(_is_done, futures)):
            with suppress(TimeoutError, FuturesCancelledError), self._client.as_current():
                wait(list(futures), timeout=seconds, return_when="FIRST_COMPLETED")
        return next(filter(_is_done, futures), None)

    def result(self, future: Future) -> Attempt | str | None:
        """An attempt at the batch, or why there is none, in words; None where it got lost and is made anew."""
        try:
            answer: Attempt | str = future.result(timeout=_ANSWER_SECONDS)
        except TimeoutError:
            return None
        except Exception as error:
            return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        return answer

    def close(self, futures: Collection[Future]) -> None:
        """Let go of what was submitted, which cancels what does not run yet, and of the client."""
        with self._held:
            for future in futures:
                future.release()


def _is_done(future: Future) -> bool:
    done: bool = future.done()
    return done


@contextmanager
def _silently() -> Iterator[None]:
    """Without Dask's own lines on a lost scheduler or a stopped run: the run tells of it."""
    import_module("distributed")  # which sets their levels
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels):
            logger.setLevel(level)
