"""Reading alone, without tables: CPU seconds for the documents of a folder, in a process of its own.

    python -m benchmarks.readers WAY FOLDER

The ways: ``ours`` and ``pyyaml`` turn bytes in memory into records, ``rapidyaml`` into its tree and
no further, ``read_and_hash`` reads the files and takes the SHA-1 of each. Prints seconds per million
bytes, the least of a few rounds; each round of ours begins with an empty memory.
"""

import gc
import hashlib
import sys
import time
from collections.abc import Callable
from pathlib import Path

_SUFFIXES = (".md", ".html", ".yaml")
_PYYAML_BYTES = 5_000_000


def ours(files: list[Path]) -> Callable[[], None]:
    """Our reader, all of its checks included."""
    from matterhouse.reading.reader import Reader

    contents = [(str(file), file.read_bytes()) for file in files]

    def read() -> None:
        reader = Reader()
        for path, content in contents:
            reader.read(path, content)

    return read


def pyyaml(files: list[Path]) -> Callable[[], None]:
    """PyYAML's C loader, on every so many documents; its speed does not depend on how many."""
    import yaml

    heads = _heads(files)

    def read() -> None:
        for head in heads:
            yaml.load(head, Loader=yaml.CSafeLoader)

    return read


def rapidyaml(files: list[Path]) -> Callable[[], None]:
    """rapidyaml's parse into one tree that is used again."""
    import ryml

    heads = _heads(files)
    tree = ryml.Tree()

    def read() -> None:
        for head in heads:
            tree.clear()
            ryml.parse_in_place(bytearray(head), tree=tree)

    return read


def read_and_hash(files: list[Path]) -> Callable[[], None]:
    """Nothing but the bytes."""

    def read() -> None:
        for file in files:
            with open(file, "rb", buffering=0) as opened:
                hashlib.sha1(opened.read()).hexdigest()

    return read


WAYS = {way.__name__: way for way in (ours, pyyaml, rapidyaml, read_and_hash)}


def _heads(files: list[Path]) -> list[bytes]:
    return [file.read_bytes().removeprefix(b"---\n").split(b"\n---", 1)[0] for file in files]


def main(way: str, folder: Path, rounds: int = 3) -> float:
    """CPU seconds per million bytes."""
    files = sorted(file for file in folder.glob("_*/**/*") if file.suffix in _SUFFIXES)
    if way == "pyyaml":
        files = files[:: max(1, sum(file.stat().st_size for file in files) // _PYYAML_BYTES)]
    size = sum(file.stat().st_size for file in files)
    read = WAYS[way](files)
    return min(_seconds(read) for _ in range(rounds)) / size * 1e6


def _seconds(work: Callable[[], None]) -> float:
    gc.collect()
    gc.disable()  # as in a run of ours; it slows none of the ways down
    begun = time.process_time()
    work()
    return time.process_time() - begun


if __name__ == "__main__":
    print(main(sys.argv[1], Path(sys.argv[2])))
