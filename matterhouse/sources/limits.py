"""How much a source may ask of us before a file, or the whole source, is refused."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one source; every one has a default, and what passes a bound is told so.

    A file beyond ``file_bytes`` is rejected before it is held in memory. ``head_bytes``, ``depth``,
    ``nodes`` and ``related`` bound one front matter: its bytes, how deep it nests, how many values
    it has once aliases are followed, and how many related entries it lists. ``files`` bounds the
    names a source may list (also those that no glob includes): a hostile git tree of a few
    kilobytes can name billions.

    One git command may run for ``git_seconds``, a transfer as well as one that reads, take ``git_memory`` bytes of
    memory, and write files of at most ``git_file_bytes``, which bounds the clone of a repository. The transfer of an
    archive may take as long; its file, and all that it unpacks to, may have ``archive_bytes``.
    """

    file_bytes: int = 10_000_000
    head_bytes: int = 1_000_000
    depth: int = 32
    nodes: int = 200_000
    related: int = 2_000
    files: int = 1_000_000
    git_seconds: float = 3_600
    git_memory: int = 4_000_000_000
    git_file_bytes: int = 20_000_000_000
    archive_bytes: int = 10_000_000_000
