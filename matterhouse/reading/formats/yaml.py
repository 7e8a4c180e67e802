"""YAML 1.1 as PyYAML reads it, between lines of ``---`` or in a ``.yaml`` file (``matterhouse.reading.authority``)."""

from matterhouse.reading import authority
from matterhouse.reading.parsing import Format, Parsed
from matterhouse.sources.limits import Limits


def parse(head: bytes, first_line: int, limits: Limits) -> Parsed:
    """Read a YAML head. Raises ``Unreadable``."""
    return authority.read(head, first_line, limits)


FORMAT = Format("yaml", (b"---",), (b"yaml", b"yml"), (".yaml", ".yml"), parse)
