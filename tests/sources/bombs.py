"""A pack of a few hundred bytes that makes git take gigabytes, written by hand: git itself would refuse to make it."""

import struct
import zlib
from hashlib import sha1
from pathlib import Path

from matterhouse.sources.files import blob_id

MEGABYTE = 1 << 20
_BLOB, _DELTA = 3, 6  # kinds of a pack's entries; a delta names its base by how far before it that lies
_WHOLE_BASE = b"\xc0\x10"  # copy a megabyte from the base's begin


def write_delta_bomb(objects: Path, content: bytes, megabytes: int) -> str:
    """Put ``content`` into a repository's ``objects`` as a delta of a blob of that size; gives its id.

    That blob is a delta too: it repeats a megabyte, which compresses to 1 kB. Its id is made up, as nobody asks for it.
    The format: gitformat-pack(5).
    """
    base = content.ljust(MEGABYTE, b"\0")
    large = _size(len(base)) + _size(megabytes * MEGABYTE) + _WHOLE_BASE * megabytes
    small = _size(megabytes * MEGABYTE) + _size(len(content)) + b"\x90" + bytes([len(content)])
    entries = [_entry(_BLOB, base)]
    for delta in (large, small):
        entries.append(_entry(_DELTA, delta, _distance(len(entries[-1]))))
    pack = b"PACK" + struct.pack(">II", 2, len(entries)) + b"".join(entries)
    pack += sha1(pack).digest()
    ids = [blob_id(base), "1" * 40, blob_id(content)]
    _write(objects / "pack", pack, _index(pack, ids, entries))
    return ids[-1]


def _entry(kind: int, content: bytes, base: bytes = b"") -> bytes:
    size = len(content) >> 4
    head = bytes([(kind << 4) | (len(content) & 15) | (0x80 if size else 0)])
    return head + (_size(size) if size else b"") + base + zlib.compress(content, 9)


def _size(number: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    head = bytearray()
    while number > 0x7F:
        head.append(0x80 | (number & 0x7F))
        number >>= 7
    return bytes([*head, number])


def _distance(number: int) -> bytes:
    """Seven bits a byte, the highest first, each but the last one less than it is."""
    found = [number & 0x7F]
    while number := number >> 7:
        number -= 1
        found.append(0x80 | (number & 0x7F))
    return bytes(found[::-1])


def _index(pack: bytes, ids: list[str], entries: list[bytes]) -> bytes:
    begins = [12 + sum(map(len, entries[:number])) for number in range(len(entries))]
    rows = sorted(zip(map(bytes.fromhex, ids), map(zlib.crc32, entries), begins, strict=True))
    index = b"\xfftOc" + struct.pack(">I", 2)
    index += b"".join(struct.pack(">I", sum(row[0][0] <= first for row in rows)) for first in range(256))
    index += b"".join(row[0] for row in rows)
    index += b"".join(struct.pack(">I", row[place]) for place in (1, 2) for row in rows) + pack[-20:]
    return index + sha1(index).digest()


def _write(folder: Path, pack: bytes, index: bytes) -> None:
    folder.mkdir(exist_ok=True)
    for ending, content in (("pack", pack), ("idx", index)):
        (folder / f"pack-{pack[-20:].hex()}.{ending}").write_bytes(content)
