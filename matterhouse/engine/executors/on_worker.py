"""What runs on a worker of a Dask cluster: ``look``, before a run sends batches, and ``extract``.

Both answer in words what is wrong. Nothing is raised: Dask would write an exception to the worker's log together with
the arguments, and with them whatever is secret in the uri of a source.
"""

import pickle
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matterhouse import process
from matterhouse.engine import fingerprint
from matterhouse.engine.batch import Batch, Extractor, Setup
from matterhouse.engine.executors import identity
from matterhouse.engine.executors.places import Attempt, Place, attempted, new_token
from matterhouse.sources import File, Source, SourceUnavailable
from matterhouse.sources.files import blob_id

_FILES_SEEN = 3
_FILES_BETWEEN = 100  # after so many, a worker looks whether the run still goes on
# Reasons why a file could not be read that may not hold for the run: other users, other mounts.
_OF_THIS_HOST = {"io_error", "not_a_file", "permission", "vanished", "wrong_content"}
_ONE_AT_A_TIME = threading.Lock()  # threads would take turns at the interpreter, each with a batch in memory
_STARTED_AS = identity.here()  # an upgrade on disk changes nothing of what a process has imported


class RunIsOver(Exception):
    """The run that asked for a batch has ended."""


@dataclass(frozen=True)
class Sample:
    """A few files of a source, and what the run read in them: a worker has to see the same."""

    source: Source
    files: Sequence[File]
    contents: Sequence[str]

    @classmethod
    def of(cls, source: Source, files: Sequence[File]) -> "Sample":
        """The first, the middle and the last file as they are here. Raises ``sources.SourceUnavailable``."""
        chosen = [files[number] for number in sorted({0, len(files) // 2, len(files) - 1})] if files else []
        return cls(source, chosen, _contents(source, chosen))

    def complaint(self) -> str | None:
        """Why this is not the source that the run reads, in words; None where it is."""
        try:
            found = _contents(self.source, self.files)
        except SourceUnavailable as error:
            return " ".join(str(error).split())
        if found == self.contents:
            return None
        path = next(file.path for file, one, other in zip(self.files, found, self.contents) if one != other)
        return f"its file {path} is not the same there"


@dataclass(frozen=True)
class Job:
    """A batch with all that a worker needs to extract it."""

    setup: Setup
    place: Place
    batch: Batch
    sample: Sample


def look(ours: Mapping[str, str], place: bytes) -> str | None:
    """Why this worker cannot work for a run of the identity ``ours``, in words; None where it can."""
    why = _other_code(ours)
    if why is not None:
        return why
    try:
        opened: Place = pickle.loads(place)
        why = opened.complaint()
        if why is None:
            with opened.staging(f"look-{new_token()}"):
                pass
    except Exception as error:
        return f"what it stages cannot be written ({_in_words(error)})"
    return why


def look_at(sample: bytes) -> str | None:
    """Why this worker cannot read a source, in words; None where it can."""
    try:
        seen: Sample = pickle.loads(sample)
        return seen.complaint()
    except Exception as error:
        return _in_words(error)


def extract(ours: Mapping[str, str], job: bytes) -> Attempt | str:
    """An attempt at the batch of a ``Job``, or why there is none, in words.

    Nothing is remembered from batch to batch: so what a batch stages depends on it alone, whichever worker has it.
    """
    with _ONE_AT_A_TIME:
        why = _other_code(ours)
        if why is not None:
            return f"worker {_name()}: {why}"
        try:
            process.tune()
            with process.without_garbage_collection():
                return _extracted(pickle.loads(job))
        except Exception as error:
            return _in_words(error)
        finally:
            process.give_memory_back()


def _extracted(job: Job) -> Attempt | str:
    files = 0

    def on_read(size: int) -> None:
        nonlocal files
        files += 1
        if files % _FILES_BETWEEN == 0 and job.place.complaint() is not None:
            raise RunIsOver

    why = job.place.complaint() or job.sample.complaint()
    if why is not None:
        return why
    attempt = attempted(Extractor(job.setup), job.place, job.batch, on_read)
    unread = next((each for each in attempt.outcome.rejects if each["reason"] in _OF_THIS_HOST), None)
    return attempt if unread is None else f"its file {unread['path']} could not be read there ({unread['reason']})"


def _name() -> str:
    from distributed import get_worker

    worker = get_worker()
    return f"{worker.name} ({worker.address})"


def _other_code(ours: Mapping[str, str]) -> str | None:
    differs = identity.difference(ours, _STARTED_AS)
    if differs is not None:
        return f"other code runs there: {differs}"
    if fingerprint.of_code() != _STARTED_AS[identity.CODE]:
        return "its code was changed on disk since it started"
    return None


def _contents(source: Source, files: Sequence[File]) -> list[str]:
    return [blob_id(content) if isinstance(content, bytes) else content.reason for _, content in source.read(files)]


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:500]
