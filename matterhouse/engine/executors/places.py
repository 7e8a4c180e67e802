"""Where workers put what they stage: a folder per attempt at a batch, in a place that the run sees, too.

An attempt has a name of its own, and only one that the run takes counts. So a worker that stalled and writes late harms
nothing; what it leaves goes with the place when the run ends, or when the next one begins.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from matterhouse.engine.batch import Batch, Extractor, Outcome

MARKER = "marker"
_END, _IDENTITY = "-attempts", "identity"
_OF_A_RUN = re.compile(rf"[0-9]{{8}}T[0-9]{{6}}Z-[0-9a-f]{{8}}(?P<warehouse>(?:-[0-9a-f]{{8}})?){_END}")


def new_token() -> str:
    """What tells one attempt, or one place, from every other."""
    return uuid4().hex


@dataclass(frozen=True)
class Attempt:
    """A batch that a worker extracted. ``files`` are the paths of what it staged, below ``name`` -> their bytes."""

    name: str
    files: Mapping[str, int]
    outcome: Outcome


class Place(Protocol):
    """A place for the attempts of a run. It is sent to the workers, and is the same there if they see its marker."""

    def open(self) -> None:
        """Make the place, with its marker, and remove what killed runs of the same warehouse left beside it."""

    def complaint(self) -> str | None:
        """Why this is not the place that the run opened, in words; None where it is."""

    def staging(self, attempt: str) -> AbstractContextManager[Path]:
        """A folder to stage an attempt in; at the end it is there whole, after an exception not at all."""

    def take(self, attempt: Attempt, folder: Path) -> None:
        """Move what an attempt staged below ``folder``. Raises OSError or StoreFailed where it is not whole."""

    def remove(self) -> None:
        """Remove the place with all that is left in it."""


@dataclass(frozen=True)
class FolderPlace:
    """A folder that the run and its workers have under the same path."""

    path: Path
    token: str = field(default_factory=new_token)

    def open(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        for other in self.path.parent.iterdir():
            if is_left_beside(other.name, self.path.name):
                shutil.rmtree(other, ignore_errors=True)
        (self.path / MARKER).write_text(self.token)

    def complaint(self) -> str | None:
        try:
            found = (self.path / MARKER).read_text(errors="replace")
        except OSError as error:
            return (
                f"the folder {self.path.parent}, where the run stages tables, is not the same there ({error.strerror})"
            )
        return None if found == self.token else f"another folder stands at {self.path} there"

    @contextmanager
    def staging(self, attempt: str) -> Iterator[Path]:
        unfinished = self.path / f"{attempt}.part"
        unfinished.mkdir()  # and nothing above it: when the run is over, the place is gone
        try:
            yield unfinished
            unfinished.rename(self.path / attempt)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise

    def take(self, attempt: Attempt, folder: Path) -> None:
        there = self.path / attempt.name
        for path, size in attempt.files.items():
            if (there / path).stat().st_size != size:
                raise OSError(f"{there / path} is not as it was written")
        for path in attempt.files:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(there / path, folder / path)
        shutil.rmtree(there, ignore_errors=True)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


def place_of(staged: Path, shared: str | None) -> Place:
    """The place for the attempts of a run that stages its tables in the folder ``staged``.

    ``shared`` is the setting: another folder, or the prefix of an object store; by default it is beside ``staged``.
    """
    if shared is None:
        return FolderPlace(staged.with_name(f"{staged.name}{_END}"))
    name = f"{staged.name}-{_identity(staged.parents[1] / _IDENTITY)}{_END}"
    if "://" in shared:
        from matterhouse.engine.executors.store_place import StorePlace

        return StorePlace(shared, name)
    return FolderPlace(Path(shared) / name)


def _identity(file: Path) -> str:
    """What tells a warehouse from all others, which may have the same path on other machines: kept in its state, and
    made anew where that is damaged.
    """
    if not file.exists() or not re.fullmatch(rb"[0-9a-f]{8}", file.read_bytes()):
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_text(new_token()[:8])
        part.rename(file)
    return file.read_text()


def is_left_beside(name: str, ours: str) -> bool:
    """Whether this is the name of another place of the same warehouse as that of ``ours``: no run of it goes on."""
    one, other = _OF_A_RUN.fullmatch(name), _OF_A_RUN.fullmatch(ours)
    return one is not None and other is not None and name != ours and one["warehouse"] == other["warehouse"]


def attempted(extractor: Extractor, place: Place, batch: Batch, on_read: Callable[[int], None]) -> Attempt:
    """Extract a batch as one more attempt at it. Raises what the extraction raises, OSError and StoreFailed."""
    name = f"{batch.number:06d}-{new_token()}"
    with place.staging(name) as folder:
        outcome = extractor.extract(batch, on_read, folder)
        files = {os.path.relpath(file, folder): file.stat().st_size for file in folder.glob("*/*")}
    if (why := place.complaint()) is not None:  # somebody removed it meanwhile, and with it perhaps some of the files
        raise OSError(why)
    return Attempt(name, files, outcome)


def discard(folder: Path, batch: Batch) -> None:
    """Remove what was taken of a batch that is extracted once more."""
    from matterhouse.warehouse import staging

    staging.discard(folder, {batch.number}, {*map(batch.staged_as, batch.parts)})
