"""The dashboard as files for any web server: the same pages of one snapshot, written beside and switched whole.

``DIR`` is a symbolic link to a folder beside it, ``DIR.<snapshot>-<token>``; another export makes a new folder and lets
the link lead there in one step. The folder before stays until the next export, for readers who are on their way.
"""

import os
import re
import secrets
import shutil
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from filelock import FileLock

from matterhouse.dashboards import csvfiles, render
from matterhouse.dashboards.headers import POLICY_OF_FILES
from matterhouse.dashboards.links import may_ask
from matterhouse.dashboards.looking import Look
from matterhouse.dashboards.opened import Snapshots, View
from matterhouse.dashboards.site import PAGES

# What a page is about one of -> what its address calls it.
ABOUT = {"topic": "topic", "provider": "provider", "document": "record", "table": "table"}
MAIN = tuple(name for name in PAGES if name not in ABOUT)
MOST_DOCUMENTS = 500
_MOST_ROWS_OF_A_TABLE = 10_000
_STATIC = Path(__file__).parent / "static"
_HASHED = re.compile("-[0-9a-f]{20}$")
_OURS = re.compile(r"\.\d{6,}-\d{8}T\d{6}Z-[0-9a-f]{8}")


class ExportRefused(Exception):
    """The folder cannot be exported to; the message says why."""


@dataclass(frozen=True)
class Exported:
    """What was written: the snapshot, and how many files."""

    snapshot: str
    files: int


def export(warehouse: Path, folder: Path) -> Exported:
    """Write all pages of the current snapshot as files and let ``folder`` lead to them.

    Raises ``ExportRefused`` where something else is there, ``OSError`` where it cannot be written, and as
    ``Snapshots.read``; ``folder`` is then as it was before.
    """
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f".{folder.name}.lock")):
        before = _exported_before(folder)
        snapshots = Snapshots(warehouse)
        try:
            fresh, done = snapshots.read(lambda view: _written(view, folder))
        finally:
            snapshots.close()
        _switch(folder, fresh)
        _remove_others(folder, {fresh, before})
    return done


class Files:
    """The files of an export: which there are, by page and by list, and which pages are still to be written."""

    def __init__(self, view: View):
        self._view = view
        self.pages: dict[tuple[str, str], str] = {(name, ""): f"{name or 'index'}.html" for name in MAIN}
        self.lists: dict[tuple, str] = {}
        self._documents = 0

    def page(self, name: str, parameters: dict[str, Any], may_add: bool) -> str | None:
        """The file of a page; None where it is not exported. ``may_add``: it is, if nobody asked for it before."""
        if name in ABOUT and set(parameters) == {ABOUT[name]}:
            key = (name, str(parameters[ABOUT[name]]))
            is_room = name != "document" or self._documents < MOST_DOCUMENTS
            if key not in self.pages and may_add and is_room:
                self.pages[key] = f"{name}/{_file_name(key[1])}.html"
                self._documents += name == "document"
            return self.pages.get(key)
        return None if parameters else self.pages.get((name, ""))

    def list(self, name: str, parameters: dict[str, Any]) -> str | None:
        """The CSV file of a statement or a table; None for a large table."""
        table = parameters.get("table")
        if table is not None and (table.startswith("raw.") or self._view.tables[table]["rows"] > _MOST_ROWS_OF_A_TABLE):
            return None
        key = (name, *sorted(parameters.items()))
        about = "-".join([name, *(f"{parameter}-{value}" for parameter, value in key[1:])])
        return self.lists.setdefault(key, f"csv/{_file_name(about)}.csv")


class FileLinks:
    """Addresses among the files of an export, relative to the file ``here``."""

    is_server = False
    policy = POLICY_OF_FILES

    def __init__(self, files: Files, here: str, about: str):
        self._files, self._up = files, "../" * here.count("/")
        self._about = about

    def page(self, name: str, **parameters: Any) -> str | None:
        """See ``Links.page``. Pages about one document name no further ones but those that are exported anyway."""
        may_add = self._about == "" or (self._about != "document" and name == "document")
        return self._at(self._files.page(name, _given(parameters), may_add)) if may_ask(parameters) else None

    def csv(self, name: str, **parameters: Any) -> str | None:
        """See ``Links.csv``. Pages about one thing have the CSV of their chart alone."""
        if self._about in ("", "table") or name == "published":
            return self._at(self._files.list(name, _given(parameters)))
        return None

    def static(self, name: str) -> str:
        """See ``Links.static``."""
        return f"{self._up}static/{name}"

    def _at(self, file: str | None) -> str | None:
        return None if file is None else self._up + file


def _written(view: View, folder: Path) -> tuple[Path, Exported]:
    """All files of a snapshot in a new folder beside ``folder``; none is left where that fails."""
    fresh = folder.with_name(f"{folder.name}.{view.id}-{secrets.token_hex(4)}")
    try:
        shutil.copytree(_STATIC, fresh / "static")
        files = Files(view)
        _write_pages(view, files, fresh)
        _write_lists(view, files, fresh)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return fresh, Exported(view.id, len(files.pages) + len(files.lists))


def _write_pages(view: View, files: Files, folder: Path) -> None:
    """The main pages, then those that they name, at last those about one document, which name no new ones."""
    done: set[tuple[str, str]] = set()
    for names in (MAIN, [name for name in ABOUT if name != "document"], ["document"]):
        for key in [key for key in files.pages if key[0] in names and key not in done]:
            name, about = key
            links = FileLinks(files, files.pages[key], name if name in ABOUT else "")
            look = Look(view, {ABOUT[name]: about} if about else {}, links)
            _new(folder / files.pages[key]).write_text(render.page(look, name, PAGES[name](look)), "utf-8")
            done.add(key)


def _write_lists(view: View, files: Files, folder: Path) -> None:
    for (name, *parameters), path in files.lists.items():
        look = Look(view, {key: str(value) for key, value in parameters}, FileLinks(files, path, name))
        with _new(folder / path).open("wb") as file:
            csvfiles.write(look, name, file)


def _new(file: Path) -> Path:
    file.parent.mkdir(exist_ok=True)
    return file


def _given(parameters: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if value not in (None, "")}


def _file_name(text: str) -> str:
    """A name that any file system and web server takes: letters and digits, and a hash where there were others, or
    what looks like one.
    """
    plain = re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")[:60]
    if plain == text and not _HASHED.search(plain):
        return plain
    return f"{plain or 'x'}-{blake2b(text.encode('utf-8', 'surrogatepass'), digest_size=10).hexdigest()}"


def _exported_before(folder: Path) -> Path | None:
    """The folder that ``folder`` leads to. Raises ``ExportRefused`` unless an export made it, or nothing is there."""
    if folder.is_symlink():
        target = folder.parent / os.readlink(folder)
        if target.parent == folder.parent and _is_ours(folder, target):
            return target
        raise ExportRefused(f"{folder} is a link to {target}, which no export made: name another folder")
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
    if folder.exists():
        raise ExportRefused(f"{folder} is there already, and no export made it: name another folder")
    return None


def _is_ours(folder: Path, other: Path) -> bool:
    return other.name.startswith(folder.name) and _OURS.fullmatch(other.name[len(folder.name) :]) is not None


def _switch(folder: Path, fresh: Path) -> None:
    """Let ``folder`` lead to ``fresh``, in one step."""
    link = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    link.symlink_to(fresh.name)
    os.replace(link, folder)


def _remove_others(folder: Path, kept: set[Path | None]) -> None:
    """Remove older exports, and what those left that were killed."""
    for other in folder.parent.iterdir():
        if other not in kept and other.is_dir() and not other.is_symlink() and _is_ours(folder, other):
            shutil.rmtree(other, ignore_errors=True)
