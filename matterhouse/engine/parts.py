"""Which documents share Parquet files."""

from bisect import bisect_left

from matterhouse.sources import File
from matterhouse.warehouse.ledger import Entry


class Parts:
    """Assigns changed files of a source to parts.

    A known file stays in its part. A new one joins its neighbour in the order of paths while there is room
    (``room`` bytes), since content that is published together changes together; else it
    goes to the newest part, or opens one. ``next_part`` is the first number that is free.
    """

    def __init__(self, known: dict[str, Entry], next_part: int, room: int):
        self._known, self._room, self.next_part = known, room, next_part
        self._paths = sorted(known)
        self._newest = -1
        self._sizes: dict[int, int] = {}
        for entry in known.values():
            self._sizes[entry.part] = self._sizes.get(entry.part, 0) + entry.size_bytes

    def of(self, file: File) -> int:
        """The part of a file of the source."""
        entry = self._known.get(file.path)
        if entry is not None:
            return entry.part
        part = self._neighbour(file.path)
        if self._sizes.get(part, self._room) >= self._room:
            part = self._newest
        if self._sizes.get(part, self._room) >= self._room:
            part = self._newest = self.next_part
            self.next_part += 1
        self._sizes[part] = self._sizes.get(part, 0) + file.size
        return part

    def close(self) -> None:
        """Let the next new file open a part."""
        self._newest = -1

    def _neighbour(self, path: str) -> int:
        if not self._paths:
            return self._newest
        return self._known[self._paths[max(0, bisect_left(self._paths, path) - 1)]].part
