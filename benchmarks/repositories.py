"""The content repositories to measure on: made, cloned, and edited between runs."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks import shapes
from benchmarks.measure import ROOT

_HEAT = re.compile(rb"^heat: .*$", re.MULTILINE)
_LONG_AGO_NS = 1_600_000_000_000_000_000
_SECOND_NS = 1_000_000_000
_DOCUMENTS = (".md", ".html", ".yaml")


@dataclass(frozen=True)
class Size:
    """How many documents to generate, and by how many an article is listed on average."""

    documents: int
    repetition: float

    @classmethod
    def parse(cls, text: str, repetition: float) -> "Size":
        """``7000``, or ``7000@1`` for a repetition of its own."""
        documents, _, own = text.partition("@")
        return cls(int(documents), float(own or repetition))


class Repository:
    """A repository in ``folder``; ``name`` says what it is. Its files look long untouched, as those of real runs do."""

    def __init__(self, name: str, folder: Path, is_generated: bool = False):
        self.name, self.folder, self.is_generated = name, folder, is_generated
        self.files = sorted(file for file in folder.glob("_*/**/*") if file.suffix in _DOCUMENTS)
        self.bytes = sum(file.stat().st_size for file in self.files)
        for file in self.files:
            os.utime(file, ns=(_LONG_AGO_NS, _LONG_AGO_NS))

    def edit_spread(self) -> int:
        """Change the heat of every hundredth document that has one; gives how many were changed."""
        return _edit([file for file in self.files if _has_heat(file)][::100])

    def edit_newest(self) -> int:
        """Change the heat of the newest hundredth of the news; their file names begin with their day."""
        news = sorted(file for file in self.files if file.is_relative_to(self.folder / "_news") and _has_heat(file))
        return _edit(news[-max(1, len(self.files) // 100) :])


def generated(size: Size, scratch: Path) -> Repository:
    """A generated repository below ``scratch``."""
    folder = scratch / f"generated-{size.documents}-{size.repetition:g}"
    command = [sys.executable, "-m", "benchmarks.generate", folder, "--documents", size.documents]
    subprocess.run([*map(str, command), "--repetition", str(size.repetition)], cwd=ROOT, check=True)
    listed = "once" if size.repetition == 1 else f"{size.repetition:g} times"
    return Repository(f"Generated, an article listed {listed}", folder, is_generated=True)


def shaped(shape: str, documents: int, scratch: Path) -> Repository:
    """A generated repository of a shape of ``benchmarks.shapes`` below ``scratch``."""
    folder = scratch / f"{shape}-{documents}"
    shapes.write(folder, shape, documents)
    return Repository(f"Generated, {shape}", folder)


def cloned(bundle: Path, scratch: Path) -> Repository:
    """The newest commit of a git bundle, checked out below ``scratch``."""
    folder = scratch / bundle.stem
    subprocess.run(["git", "clone", "--quiet", bundle, folder], check=True)
    return Repository(f"Real, {bundle.stem}", folder)


def _has_heat(file: Path) -> bool:
    return _HEAT.search(file.read_bytes()) is not None


def _edit(files: list[Path]) -> int:
    for file in files:
        touched = file.stat().st_mtime_ns + _SECOND_NS
        content = _HEAT.sub(b"heat: %d" % (touched // _SECOND_NS % 1_000), file.read_bytes(), count=1)
        file.write_bytes(content)
        os.utime(file, ns=(touched, touched))
    return len(files)
