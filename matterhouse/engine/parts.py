"""Which part a file belongs to. A part is a group of documents that share Parquet files."""

from bisect import bisect_left

from matterhouse.sources import File
from matterhouse.warehouse.ledger import Entry


class PartAssigner:
    """Assigns files of a source to parts of up to ``part_bytes``.

    A known file stays in its part. A new one joins its neighbour in the order of paths while there is room,
    since content that is published together changes together; else it goes to the part that was opened last, at first
    to the emptiest one, or opens one. ``next_part`` is the first number that is free.
    """

    def __init__(self, known: dict[str, Entry], next_part: int, part_bytes: int):
        self._known, self._part_bytes, self.next_part = known, part_bytes, next_part
        self._paths = sorted(known)
        self._sizes: dict[int, int] = {}
        for entry in known.values():
            self._sizes[entry.part] = self._sizes.get(entry.part, 0) + entry.size_bytes
        # Else each run that adds files would open a part, of which there would be ever more.
        self._newest = min(self._sizes, key=lambda part: (self._sizes[part], part), default=-1)

    def part_of(self, file: File) -> int:
        """The part of a file of the source."""
        entry = self._known.get(file.path)
        if entry is not None:
            return entry.part
        part = self._neighbour(file.path)
        if self._sizes.get(part, self._part_bytes) >= self._part_bytes:
            part = self._newest
        if self._sizes.get(part, self._part_bytes) >= self._part_bytes:
            part = self._newest = self.next_part
            self.next_part += 1
        self._sizes[part] = self._sizes.get(part, 0) + file.size
        return part

    def close_part(self) -> None:
        """Let the next new file open a part."""
        self._newest = -1

    def _neighbour(self, path: str) -> int:
        if not self._paths:
            return self._newest
        return self._known[self._paths[max(0, bisect_left(self._paths, path) - 1)]].part
