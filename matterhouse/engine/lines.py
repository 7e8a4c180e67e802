"""The lines in which values stand that did not fit: found by reading their files a second time."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from matterhouse.reading.envelope import open_envelope
from matterhouse.reading.positions import Positions
from matterhouse.sources import File, Source

if TYPE_CHECKING:
    import pandas as pd


class Head(NamedTuple):
    """Where the front matter of a document is: in a file, or at the path ``inside`` of a data file."""

    file: str
    inside: str = ""
    content_hash: str | None = None

    def in_file(self, field: str) -> str:
        """A path of the document as the path in the file."""
        return f"{self.inside}.{field}" if self.inside else field


def positions(path: str, content: bytes) -> Positions:
    """The places in the front matter of a file that a reader accepted."""
    envelope = open_envelope(path, content)
    return Positions(envelope.head, envelope.first_line) if envelope else Positions(b"", 1)


def with_lines(
    errors: "pd.DataFrame", source: Source, files: Iterable[File], heads: Mapping[str, Head]
) -> "pd.DataFrame":
    """Rows of ``meta.field_errors`` with the lines that are missing; ``heads`` are those of the documents by id.

    A line is NULL where the file is another one by now.
    """
    from matterhouse.transforms.fields import WHOLE, arrow_series, python_values

    wanted = {heads[key].file: heads[key] for key in python_values(errors["record_id"][errors["line"].isna()])}
    if not wanted:
        return errors
    found = {
        file.path: positions(file.path, content)
        for file, content in source.read([file for file in files if file.path in wanted])
        if isinstance(content, bytes) and file.content_hash == wanted[file.path].content_hash
    }
    lines = []
    for key, field, line in zip(*(python_values(errors[name]) for name in ("record_id", "field", "line"))):
        head = heads[key]
        is_missing = line is None and head.file in found
        lines.append(found[head.file].of(head.in_file(field)).line if is_missing else line)
    return errors.assign(line=arrow_series(lines, WHOLE))
