"""A small warehouse of two snapshots, ways to damage it, and what has to hold after an edit and a run."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

from matterhouse.engine.run import Report, refresh
from matterhouse.settings import loading as config
from matterhouse.warehouse import snapshots
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.snapshots import Snapshot
from tests.warehouses import TIMES, differences, parquet_differences, rows

STORY = """---
title: Story {number}
publishedDateTime: 2026-05-{number:02}T05:05:05Z
webUrl: https://harbour-gazette.example/{number}
topics: [Robots, Topic {number}]
provider: {{name: Harbour Gazette, domain: harbour-gazette.example}}
images:
  - url: https://harbour-gazette.example/{number}.jpg
related:
  - title: Story {next}
    webUrl: https://harbour-gazette.example/{next}
    images:
      - url: https://harbour-gazette.example/{next}.jpg
unforeseen: {number}
---
A body of {number} words, none of which matters much.
"""


class Project:
    """Content and its warehouse below ``folder``, whose documents lie in several parts."""

    def __init__(self, folder: Path):
        self.folder, self.content, self.root = folder, folder / "content", folder / "w"
        self.layout = Layout(self.root)

    def make(self, published: int) -> "Project":
        """Write the content and publish it so many times, with a change each."""
        for number in range(1, 13):
            file = self.content / "_news" / f"story-{number:02}.md"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(STORY.format(number=number, next=number % 12 + 1))
        for number in range(published):
            self.edit(f"Edited {number}")
            assert self.run().state == "loaded"
        return self

    def copy_to(self, folder: Path) -> "Project":
        shutil.copytree(self.folder, folder, symlinks=True)
        return Project(folder)

    def edit(self, title: str) -> None:
        """Change one document, add one and remove one."""
        for number in (3, 7):
            file = self.content / "_news" / f"story-{number:02}.md"
            file.write_text(STORY.format(number=number, next=5).replace("title: Story", f"title: {title}", 1))
        (self.content / "_news" / f"{title.replace(' ', '-')}.md").write_text("---\ntitle: New\n---\nx\n")
        (self.content / "_news" / "story-09.md").unlink(missing_ok=True)

    def run(self, **options) -> Report:
        settings = config.load(None, [f"news=folder:{self.content}"], self.root)
        return refresh(settings.model_copy(update={"batch_bytes": 1_500}), **options)

    @property
    def newest(self) -> Snapshot:
        return snapshots.newest(self.layout)

    def files(self) -> list[Path]:
        """Every file whose damage a run has to survive."""
        newest = self.newest.path
        state = [self.layout.ledger, self.layout.ledger.with_name("ledger.sqlite.sha256")]
        return [*sorted(path for path in newest.rglob("*") if path.is_file() and path.name != "report.md"), *state]


def flip(file: Path, chance: random.Random) -> None:
    content = bytearray(file.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    rewrite(file, bytes(content))


def cut(file: Path, chance: random.Random) -> None:
    rewrite(file, file.read_bytes()[: chance.randrange(file.stat().st_size)])


def blank(file: Path, chance: random.Random) -> None:
    """Zeros in place of a piece, as a lost sector leaves them."""
    content = bytearray(file.read_bytes())
    begin = chance.randrange(len(content))
    piece = content[begin : begin + 512]
    content[begin : begin + 512] = bytes(0 if byte else 1 for byte in piece)
    rewrite(file, bytes(content))


def remove(file: Path, chance: random.Random) -> None:
    file.unlink()


KINDS: dict[str, Callable[[Path, random.Random], None]] = {"flip": flip, "cut": cut, "blank": blank, "remove": remove}


def rewrite(file: Path, content: bytes) -> None:
    """Change a file in place, also a published one, and those that share its bytes."""
    file.chmod(0o644)
    file.write_bytes(content)


def assert_mended(project: Project, report: Report, anew: Path, published: int) -> None:
    """The run published what a run without damage would have, all of it whole; the next one finds nothing to do."""
    assert (report.state, report.error) == ("loaded", None), report.notes
    apart = differences(project.root, anew, TIMES | {"modified_ns"})
    assert apart == {}, (apart, report.notes)
    apart = parquet_differences(project.root)
    assert apart == {}, (apart, report.notes)
    assert project.newest.id == report.snapshot == snapshots.current(project.layout).id
    assert project.newest.damaged_files() == []
    assert rows(project.root, "SELECT state, count(*) FROM meta.runs GROUP BY ALL") == [("loaded", published + 1)]
    after = project.run()
    assert (after.state, after.notes) == ("unchanged", [])
