"""Changed files, batch by batch, to staged tables."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from matterhouse import process
from matterhouse.engine.batch import Batch, Extractor, Outcome, Setup
from matterhouse.engine.comparison import ALL_OVER
from matterhouse.engine.executors import Executor
from matterhouse.engine.executors.in_process import InProcessExecutor
from matterhouse.engine.executors.worker_process import WorkerProcessExecutor, cores, is_worth_a_process
from matterhouse.engine.parts import PartAssigner
from matterhouse.engine.plan import SourcePlan
from matterhouse.settings.models import Settings
from matterhouse.sources import File, SourceUnavailable

if TYPE_CHECKING:
    from matterhouse.engine.executors.cluster import Connect

# Bytes of documents that share Parquet files. A change of one writes those files anew.
PART_BYTES = 16_000_000


# Files to read, and files that are skipped, each with a reason.
_Cut = tuple[list[File], list[tuple[File, str]]]


@dataclass
class _Staged:
    """Numbers of the batches of a source, and of the files that its documents are staged in."""

    batches: set[int] = field(default_factory=set)
    documents: set[int] = field(default_factory=set)


@dataclass
class Extraction:
    """The extraction of a run, over all of its sources.

    Files are read, in the order of their paths, in batches, of the size and where ``settings`` say. In a ``fresh`` load
    every batch has parts of its own, else changed files join the parts there are; ``next_part`` is the first free
    number. ``on_read`` is called with the size of every file that was read. ``connect`` makes the client of a cluster,
    if not Dask itself; ``notes`` gets what an operator has to know of that. ``rejects`` gets the rows of
    ``meta.rejects`` for these files, ``breaches`` those of ``meta.field_errors`` that stop a run.
    """

    setup: Setup
    settings: Settings
    fresh: bool
    next_part: int
    on_read: Callable[[int], None]
    connect: "Connect | None" = None
    notes: list[str] = field(default_factory=list)
    bytes_read: int = 0
    bytes_parsed: int = 0
    declined: int = 0
    distinct_blocks: int = 0
    batches: int = 0
    rejects: list[dict] = field(default_factory=list)
    breaches: list[dict] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.settings.engine.kind == "dask":
            from matterhouse.engine.executors.cluster import require

            require("distributed")
        self._extractor = Extractor(self.setup)
        self._staged: dict[str, _Staged] = {}
        self._executor: Executor = InProcessExecutor(self._extractor, self.on_read)

    def __enter__(self) -> "Extraction":
        return self

    def __exit__(self, *_: object) -> None:
        """Give back the memory that reading took: the load needs it."""
        self._executor.close()
        del self._executor, self._extractor
        process.give_memory_back()

    def extract(self, plan: SourcePlan) -> None:
        """Extract the changed files of a source; fills ``plan.read``, ``plan.restamped`` and ``plan.unreadable``.

        Raises ``sources.SourceUnavailable``, after which nothing of the source is pending, and ``sources.AuditFailed``.
        """
        try:
            self._extract(plan)
        except SourceUnavailable:
            while self._executor.is_pending:
                with suppress(SourceUnavailable):
                    self._executor.take()
            raise

    def discard(self, source: str) -> None:
        """Remove what was staged of a source."""
        from matterhouse.warehouse import staging

        staged = self._staged.get(source, _Staged())
        staging.discard(self.setup.folder, staged.batches, staged.documents)

    def _extract(self, plan: SourcePlan) -> None:
        waiting = deque(self._cut(plan))
        bytes_left = sum(map(_bytes_of, waiting))
        parts = self._part_assigner(plan)
        try:
            while waiting or self._executor.is_pending:
                self._choose_executor(len(waiting), bytes_left)
                while waiting and self._executor.has_room:
                    bytes_left -= _bytes_of(waiting[0])
                    self._executor.submit(self._batch(plan, *waiting.popleft(), parts))
                self._add(plan, self._executor.take())
        finally:
            self.next_part = max(self.next_part, parts.next_part)
        plan.read.sort(key=lambda entry: entry.path)

    def _choose_executor(self, batches_left: int, bytes_left: int) -> None:
        """Have batches extracted elsewhere as well once that is worth it: two or more are left."""
        if batches_left < 2 or not isinstance(self._executor, InProcessExecutor):
            return
        if self.settings.engine.kind == "dask":
            self._executor = self._on_cluster()
        elif self.settings.engine.kind == "processes":
            self._executor = self._in_processes(self.settings.engine.processes or max(cores() - 1, 1))
        elif not self.fresh or not self.bytes_read:
            return
        elif is_worth_a_process(batches_left, bytes_left, self.bytes_parsed / self.bytes_read):
            self._executor = self._in_processes(1)

    def _in_processes(self, processes: int) -> Executor:
        return WorkerProcessExecutor(self.setup, self._extractor, self.on_read, processes)

    def _on_cluster(self) -> Executor:
        from matterhouse.engine.executors import cluster, on_cluster
        from matterhouse.engine.executors.places import place_of

        place = place_of(self.setup.folder, self.settings.engine.shared)
        opened = cluster.Cluster(self.settings.engine, self.connect or cluster.connect)
        common = (self.setup, self._extractor, self.on_read, self.notes, self.settings.engine.patience_seconds)
        return on_cluster.DaskExecutor(opened, place, *common)

    def _part_assigner(self, plan: SourcePlan) -> PartAssigner:
        part_bytes = min(PART_BYTES, self.settings.batch_bytes)
        # What was loaded at once may grow: new documents join their neighbours.
        known, most = ({}, part_bytes) if self.fresh else (plan.known, 2 * part_bytes)
        return PartAssigner(known, self.next_part, most)

    def _cut(self, plan: SourcePlan) -> Iterator[_Cut]:
        """The files of each batch. What else a batch holds of them is put together when it is submitted."""
        if plan.comparison is None:
            return
        skipped = plan.comparison.skipped
        files: list[File] = []
        size = 0
        for file in plan.comparison.to_read:
            files.append(file)
            size += file.size
            if size >= self.settings.batch_bytes:
                yield files, skipped
                files, skipped, size = [], [], 0
        if files or skipped:
            yield files, skipped

    def _batch(
        self, plan: SourcePlan, files: list[File], skipped: list[tuple[File, str]], parts: PartAssigner
    ) -> Batch:
        number = self.batches
        self.batches += 1
        every = [*files, *(file for file, _ in skipped)]
        if self.fresh:
            parts.close_part()
        batch = Batch(
            number,
            plan.name,
            plan.source,
            files,
            skipped,
            fresh=self.fresh,
            parts={file.path: parts.part_of(file) for file in every},
            known={file.path: plan.known[file.path] for file in every if file.path in plan.known},
            reread=plan.reread,
            listed_ns=plan.listed_ns,
            publish_secured=plan.settings.publish_secured,
            columns=dict[str, Sequence[str]](plan.settings.columns.items()),
            collections=plan.settings.collections,
            templates=plan.settings.templates,
            data_files=plan.settings.data_files,
            kept_after=ALL_OVER if self.fresh else plan.kept_after,
        )
        self._note_staged(batch)
        return batch

    def _note_staged(self, batch: Batch) -> None:
        staged = self._staged.setdefault(batch.name, _Staged())
        staged.batches.add(batch.number)
        staged.documents.update(map(batch.staged_as, batch.parts))

    def _add(self, plan: SourcePlan, outcome: Outcome) -> None:
        plan.read += outcome.read
        plan.restamped += outcome.restamped
        plan.unreadable += outcome.unreadable
        self.rejects += outcome.rejects
        self.breaches += outcome.breaches
        self.bytes_read += outcome.bytes_read
        self.bytes_parsed += outcome.bytes_parsed
        self.declined += outcome.declined
        self.distinct_blocks += outcome.distinct_blocks


def _bytes_of(cut: _Cut) -> int:
    return sum(file.size for file in cut[0])
