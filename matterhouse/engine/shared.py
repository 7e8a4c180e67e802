"""What the batches of a source share: the texts of list items, and the entries that rows were made of."""

from dataclasses import dataclass, replace

from matterhouse.transforms.entries import Entries
from matterhouse.transforms.raw import Documents

MOST_ENTRIES = 100_000  # that are remembered
MOST_BYTES = 5_000_000  # of texts that are remembered


@dataclass(frozen=True)
class Shared:
    """Of one source: when it fails, all that its batches have staged is thrown away.

    ``forgotten`` is how often the reader had emptied its memory of blocks: that is not kept here either.
    """

    source: str
    with_secured: bool
    texts: Documents
    entries: Entries
    forgotten: int

    @classmethod
    def of(cls, source: str, with_secured: bool, forgotten: int) -> "Shared":
        """Nothing is shared yet."""
        return cls(source, with_secured, Documents(with_secured), Entries(with_secured), forgotten)

    def renewed(self, forgotten: int) -> "Shared":
        """What the next documents share: what takes much memory is let go."""
        if forgotten != self.forgotten or self.entries.count > MOST_ENTRIES:
            return self.of(self.source, self.with_secured, forgotten)
        return replace(self, texts=Documents(self.with_secured)) if self.texts.held_bytes > MOST_BYTES else self
