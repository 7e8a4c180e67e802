"""Coverage-guided fuzzing of the reader, with atheris (https://github.com/google/atheris).

    python -m tests.reading.fuzz_reader -max_total_time=600

No part of the test suite: atheris is installed for this alone, in any environment that has PyYAML.
The torture cases are where it starts from. It stops at the first input for which the two ways of
reading, PyYAML, and the reading of fences line by line do not all agree, or that raises anything
but ``Unreadable``. Options are those of libFuzzer.
"""

import sys
import tempfile
from pathlib import Path

try:
    import atheris
except ImportError:
    print("skipped: atheris is not installed (pip install atheris)")
    raise SystemExit(0) from None

with atheris.instrument_imports(include=["sources"]):
    from matterhouse.reading.envelope import open_envelope
    from matterhouse.reading.reader import Reader
    from matterhouse.sources.errors import Unreadable

from tests.reading.mutants import SNIPPETS
from tests.reading.oracle import as_bytes, difference, disagreement, fenced, line_by_line
from tests.reading.torture.broken import BROKEN
from tests.reading.torture.plain import PLAIN
from tests.reading.torture.unusual import DATA_FILES, UNUSUAL

LARGEST = 1_500  # bytes of an input
MARKDOWN, HEAD = b"M", b"H"  # the first byte of an input: is the rest a whole file, or a head alone?

fast, slow = Reader(), Reader(fast=False)


def check(data: bytes) -> None:
    """Hold the reader to its word for one input."""
    kind, rest = data[:1], data[1:]
    content = rest if kind == MARKDOWN else fenced(rest)
    envelope = line_by_line(content)
    assert _open(content) == envelope
    for reader in (fast, Reader()):
        assert (found := difference(reader, slow, "x.md", content)) is None, found
        assert (found := difference(reader, slow, "x.yaml", rest)) is None, found
    head = envelope.head if envelope else rest
    assert (found := disagreement(slow, head)) is None, found


def _open(content: bytes):
    try:
        return open_envelope("x.md", content)
    except Unreadable:
        return None


def _write_seeds(folder: Path) -> None:
    heads = [*PLAIN.values(), *UNUSUAL.values(), *DATA_FILES.values(), *(head for head, *_ in BROKEN.values())]
    for number, head in enumerate(map(as_bytes, heads)):
        if len(head) < LARGEST:
            (folder / f"head-{number}").write_bytes(HEAD + head)
            (folder / f"file-{number}").write_bytes(MARKDOWN + fenced(head))


def _write_dictionary(path: Path) -> None:
    words = ("".join(f"\\x{byte:02x}" for byte in snippet) for snippet in SNIPPETS)
    path.write_text("".join(f'"{word}"\n' for word in words if word))


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="matterhouse-fuzz-"))
    seeds, dictionary = folder / "seeds", folder / "dictionary"
    seeds.mkdir()
    _write_seeds(seeds)
    _write_dictionary(dictionary)
    print(f"inputs that reach new code are kept in {seeds}", flush=True)
    atheris.Setup(
        [sys.argv[0], f"-max_len={LARGEST}", f"-dict={dictionary}", "-timeout=10", *sys.argv[1:], str(seeds)], check
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
