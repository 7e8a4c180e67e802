"""Entries of lists that are kept once, however many documents list them: what tells them apart, and which ones are new.

An entry is told by its content. The reader hands out one object for one block of text, so most entries are recognised
by their object, and their text is made once. Rows are made of an entry by the first batch of a source that lists it;
what a batch gives is whole together with the batches before it.
"""

from collections.abc import Sequence
from hashlib import blake2b

from matterhouse.reading.sheets import Block, by_sheet
from matterhouse.transforms.columnar import texts
from matterhouse.transforms.raw import SECURED, typed_text

Misfit = tuple[str, str]
"""A value as written, and what was expected."""


class Entries:
    """The entries that the batches of one source have listed so far. ``secured`` counts only ``with_secured``.

    Without those of earlier batches, rows of entries that come again are made again.
    """

    def __init__(self, with_secured: bool = False):
        self._left_out = () if with_secured else SECURED
        self._ids: dict[int, str] = {}
        self._held: list[object] = []  # an object that is gone could leave its number to another one
        self._made: set[str] = set()
        self.misfits: dict[str, dict[str, Misfit]] = {}  # by entry and path; only of entries that rows were made of

    @property
    def count(self) -> int:
        """How many entries are remembered."""
        return len(self._held)

    def ids(self, items: Sequence[object]) -> list[str]:
        """The ``entry_id`` of each item."""
        new = list({id(item): item for item in items if type(item) is Block and id(item) not in self._ids}.values())
        for sheet, numbers, rows in by_sheet(new):
            for number, text in zip(numbers, texts(sheet, rows, self._left_out, typed=True)):
                self._hold(new[number], text)
        known = list(map(self._ids.get, map(id, items)))
        return [each or self._hold(item, typed_text(item, self._left_out)) for each, item in zip(known, items)]

    def new(self, ids: Sequence[str]) -> list[int]:
        """Numbers of those ids that are given for the first time; they are not new any more afterwards."""
        first = {each: number for number, each in reversed(list(enumerate(ids))) if each not in self._made}
        self._made.update(first)
        return sorted(first.values())

    def _hold(self, item: object, text: bytes) -> str:
        found = self._ids[id(item)] = blake2b(text, digest_size=8).hexdigest()
        self._held.append(item)
        return found
