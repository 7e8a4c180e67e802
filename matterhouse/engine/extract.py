"""Changed files, batch by batch, to staged tables; with a second process where there is much new text to parse."""

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from matterhouse.engine.batch import Batch, Extractor, Outcome, Setup
from matterhouse.engine.helper import Helper
from matterhouse.engine.parts import Parts
from matterhouse.engine.plan import SourcePlan
from matterhouse.sources import File

# Bytes of new text that are worth a second process: its start takes as long as parsing a good part of them. Where documents
# repeat each other, as in most repositories, it would parse the same blocks once more and save nothing.
WORTH_A_PROCESS = 32_000_000
# Bytes of documents that share Parquet files. A change of one writes those files anew.
PART_BYTES = 16_000_000


@dataclass
class Extraction:
    """What a run extracts, over all of its sources.

    Files are read, in the order of their paths, in batches of ``batch_bytes``. In a ``fresh`` load every
    batch has parts of its own, else changed files join the parts there are; ``next_part`` is the first free
    number. ``on_file`` is told the size of every file in bytes. ``rejects`` gets the rows of ``meta.rejects`` for the files that were read.
    """

    setup: Setup
    batch_bytes: int
    fresh: bool
    next_part: int
    on_file: Callable[[int], None]
    bytes_read: int = 0
    bytes_parsed: int = 0
    declined: int = 0
    distinct_blocks: int = 0
    batches: int = 0
    rejects: list[dict] = field(default_factory=list)

    def __post_init__(self):
        self._extractor = Extractor(self.setup)
        self._helper: Helper | None = None

    def __enter__(self) -> "Extraction":
        return self

    def __exit__(self, *_) -> None:
        """Give back the memory that reading took: the load needs its own."""
        self._extractor = None
        if self._helper is not None:
            self._helper.close()
        if pyarrow := sys.modules.get("pyarrow"):
            pyarrow.default_memory_pool().release_unused()

    def source(self, plan: SourcePlan) -> None:
        """Read the changed files of a source; ``plan.read`` and ``plan.refreshed`` tell what became of them."""
        waiting = deque(self._batches(plan))
        while waiting or (self._helper is not None and self._helper.batch):
            if self._helper is None and self._is_worth_a_process(waiting):
                self._helper = Helper(self.setup)
            if self._helper is not None and waiting and not self._helper.batch:
                self._helper.give(waiting.popleft())
            if waiting:
                self._add(plan, self._extractor.extract(waiting.popleft(), self.on_file))
            if self._helper is not None and self._helper.batch and (self._helper.has_done or not waiting):
                self._take(plan, self._helper)
        plan.read.sort(key=lambda entry: entry.path)

    def _take(self, plan: SourcePlan, helper: Helper) -> None:
        batch, outcome = helper.batch, helper.take()
        if outcome is None:  # it failed, or was killed: whatever is wrong shows here, or is no matter
            outcome = self._extractor.extract(batch, self.on_file)
        else:
            for entry in outcome.read:
                self.on_file(entry.size_bytes)
        self._add(plan, outcome)

    def _is_worth_a_process(self, waiting: deque[Batch]) -> bool:
        """Whether two batches and more are left that, by what was read so far, are mostly new text."""
        if not self.fresh or len(waiting) < 2 or not self.bytes_read or _cores() < 2:
            return False
        new_share = self.bytes_parsed / self.bytes_read
        return new_share > 0.5 and new_share * sum(batch.bytes for batch in waiting) > WORTH_A_PROCESS

    def _batches(self, plan: SourcePlan) -> Iterator[Batch]:
        part_bytes = min(PART_BYTES, self.batch_bytes)
        # What was loaded at once may grow: new documents join their neighbours.
        parts = (
            Parts({}, self.next_part, part_bytes) if self.fresh else Parts(plan.known, self.next_part, 2 * part_bytes)
        )
        unread = plan.changes.unread
        files: list[File] = []
        size = 0
        for file in plan.changes.read:
            files.append(file)
            size += file.size
            if size >= self.batch_bytes:
                yield self._batch(plan, files, unread, parts)
                files, unread, size = [], [], 0
        if files or unread:
            yield self._batch(plan, files, unread, parts)
        self.next_part = max(self.next_part, parts.next_part)

    def _batch(self, plan: SourcePlan, files: list[File], unread: list[tuple[File, str]], parts: Parts) -> Batch:
        number = self.batches
        self.batches += 1
        every = [*files, *(file for file, _ in unread)]
        if self.fresh:
            parts.close()
        return Batch(
            number,
            plan.name,
            plan.source,
            files,
            unread,
            fresh=self.fresh,
            parts={file.path: parts.of(file) for file in every},
            known={file.path: plan.known[file.path] for file in every if file.path in plan.known},
            reread=plan.reread,
            listed_ns=plan.listed_ns,
            publish_secured=plan.settings.publish_secured,
            columns=plan.settings.columns,
            collections=plan.settings.collections,
        )

    def _add(self, plan: SourcePlan, outcome: Outcome) -> None:
        plan.read += outcome.read
        plan.refreshed += outcome.refreshed
        self.rejects += outcome.rejects
        self.bytes_read += outcome.bytes_read
        self.bytes_parsed += outcome.bytes_parsed
        self.declined += outcome.declined
        self.distinct_blocks += outcome.distinct_blocks


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
