"""A snapshot's manifest: its run, its sources, every table, and every file with size and SHA-256.

``checksum`` is the SHA-256 of the manifest itself, so that its figures can be trusted as far as the files.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from matterhouse.warehouse.layout import DATABASE, MANIFEST, PARQUET, RUNS

BLOCK_BYTES = 1 << 20
_NEEDED = ("id", "run", "runs", "sources", "code", "database", "tables")


class Damaged(ValueError):
    """A file of a snapshot is not as it was published; the message names it."""


def write(path: Path, facts: dict, described: Mapping[str, dict], known: Mapping[tuple[int, int], str]) -> None:
    """Describe the finished snapshot in the folder ``path``: ``facts``, and every file with size and SHA-256.

    ``described`` has what is known of each published table or view, ``known`` the checksums of files that are shared
    with other snapshots, by device and inode. The earlier ``runs`` in ``facts`` get a file of their own, as there are
    ever more of them, and most runs read the manifest alone.
    """
    facts = dict(facts)
    (path / RUNS).write_text(json.dumps(facts.pop("runs")))
    facts["earlier_runs"] = _described(path / RUNS, path, {})
    tables = {}
    for name in sorted(described):
        files = sorted((path / PARQUET / name).glob("*.parquet"))
        tables[name] = described[name] | {"files": [_described(file, path, known) for file in files]}
    manifest = facts | {"database": _described(path / DATABASE, path, {}), "tables": tables}
    (path / MANIFEST).write_text(_text(manifest | {"checksum": _checksum(manifest)}))


def read(path: Path) -> dict:
    """The manifest of the snapshot in the folder ``path``. Raises ``Damaged`` unless it is as it was written."""
    try:
        return parse((path / MANIFEST).read_bytes())
    except OSError as error:
        raise Damaged(f"{MANIFEST}: {error}") from error


def parse(content: bytes) -> dict:
    """The manifest that these bytes are. Raises ``Damaged`` unless it is as it was written."""
    try:
        manifest = json.loads(content)
        noted = manifest.pop("checksum", None)  # version 0.1 wrote none
    except (ValueError, AttributeError) as error:
        raise Damaged(f"{MANIFEST}: {error}") from error
    if noted is None and any(name not in manifest for name in _NEEDED):
        raise Damaged(f"{MANIFEST}: not a whole one")
    if noted not in (None, _checksum(manifest)):
        raise Damaged(f"{MANIFEST}: its checksum differs")
    return manifest


def runs(path: Path, manifest: dict) -> list[dict]:
    """Every run up to that of the snapshot in the folder ``path``, the oldest first. Raises ``Damaged``."""
    if "earlier_runs" not in manifest:  # an older version's
        return [*manifest["runs"], manifest["run"]]
    check(path, manifest["earlier_runs"])
    return [*json.loads((path / RUNS).read_bytes()), manifest["run"]]


def files(manifest: dict) -> Iterator[dict]:
    """Every file that a manifest describes: ``path`` in the snapshot, ``bytes`` and ``sha256``."""
    yield manifest["database"]
    if "earlier_runs" in manifest:
        yield manifest["earlier_runs"]
    for table in manifest["tables"].values():
        yield from table["files"]


def check_size(path: Path, described: dict) -> None:
    """Raise ``Damaged`` unless a file of the snapshot in the folder ``path`` has the size that its manifest says."""
    try:
        size = (path / described["path"]).stat().st_size
    except OSError as error:
        raise Damaged(f"{described['path']}: {error.strerror}") from error
    if size != described["bytes"]:
        raise Damaged(f"{described['path']}: {size:,} bytes instead of {described['bytes']:,}")


def check(path: Path, described: dict, copy_to: Path | None = None) -> None:
    """Raise ``Damaged`` unless a file has the content that its manifest says; it may be copied on the way.

    Raises ``OSError`` where the copy cannot be written.
    """
    check_size(path, described)
    state = hashlib.sha256()
    with (copy_to or Path(os.devnull)).open("wb") as copy:
        for block in _blocks(path / described["path"], described["path"]):
            state.update(block)
            if copy_to is not None:
                copy.write(block)
    if state.hexdigest() != described["sha256"]:
        raise Damaged(f"{described['path']}: its checksum differs")


def _blocks(file: Path, name: str) -> Iterator[bytes]:
    try:
        with file.open("rb", buffering=0) as opened:
            while block := opened.read(BLOCK_BYTES):
                yield block
    except OSError as error:
        raise Damaged(f"{name}: {error.strerror}") from error


def _described(file: Path, root: Path, known: Mapping[tuple[int, int], str]) -> dict:
    stat = file.stat()
    checksum = known.get((stat.st_dev, stat.st_ino))
    if checksum is None:
        with file.open("rb") as opened:
            checksum = hashlib.file_digest(opened, "sha256").hexdigest()
    return {"path": file.relative_to(root).as_posix(), "bytes": stat.st_size, "sha256": checksum}


def _text(manifest: Mapping[str, Any]) -> str:
    """The manifest as JSON with a line per key and table: json would indent it in Python, which takes 0.1 s."""
    tables = _lines(manifest["tables"])
    rest = _lines({key: value for key, value in manifest.items() if key != "tables"})
    return f'{{\n{rest},\n"tables": {{\n{tables}\n}}\n}}\n'


def _lines(values: Mapping[str, object]) -> str:
    return ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in values.items())


def _checksum(manifest: dict) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
