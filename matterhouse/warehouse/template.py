"""What the DDL makes, kept: an empty database, and its tables in words.

Running the DDL takes a sixth of a second, a good part of what a small repository takes in all. So it is done once, and
kept the way Python keeps compiled modules: beside the source, in ``__pycache__``, under a name that stands for the texts
it was made from; ``python -m matterhouse.warehouse.schema`` does it ahead. Where nothing can be written there, or somebody spoilt the
file, it is made again.
"""

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple


class Template(NamedTuple):
    """``database``: the bytes of an empty database. ``relations``: its tables and views by name, as manifests describe them."""

    database: bytes
    relations: Mapping[str, dict]


def place(folder: Path, made_from: Iterable[str]) -> Path:
    """Where the template that is made from these texts is kept, for sources in ``folder``."""
    state = blake2b("\0".join(made_from).encode(), digest_size=8)
    return folder / "__pycache__" / f"schema-{state.hexdigest()}.template"


def kept(file: Path) -> Template | None:
    """The template in a file; None where there is none, or not a whole one."""
    try:
        checksum, _, content = file.read_bytes().partition(b"\n")
    except OSError:
        return None
    if checksum != _checksum(content):
        return None
    relations, _, database = content.partition(b"\n")
    return Template(database, json.loads(relations))


def keep(file: Path, template: Template) -> None:
    """Write a template for later processes, in place of those of older texts; does nothing where that is not possible."""
    content = json.dumps(template.relations).encode() + b"\n" + template.database
    unfinished = file.with_suffix(f".{os.getpid()}")
    with suppress(OSError):
        file.parent.mkdir(exist_ok=True)
        unfinished.write_bytes(_checksum(content) + b"\n" + content)
        os.replace(unfinished, file)
        for old in file.parent.glob("schema-*"):
            if old != file:
                old.unlink(missing_ok=True)


def _checksum(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).hexdigest().encode()
