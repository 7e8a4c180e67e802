"""The rooms of the house, and which may import from which: drawn from the code, imports inside of functions too."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[1] / "matterhouse"

# Room -> the rooms that it may import from. Each stands above those, so that imports run one way. A new room is a line.
MAY_IMPORT = {
    "__init__": "process warehouse",  # the public door
    "cli": "flows dashboards engine history warehouse transforms reading settings sources sql process",
    "flows": "dashboards engine history warehouse transforms reading settings sources sql process",
    "dashboards": "warehouse sql",
    "engine": "history warehouse transforms reading settings sources sql process",
    "history": "warehouse transforms reading sources sql process",
    "warehouse": "sources sql",
    "transforms": "reading sources sql",
    "reading": "sources sql",
    "settings": "sources",
    "sources": "process",
    "sql": "",
    "process": "",
}
# Library -> the rooms that may import it, where not all may.
LIBRARIES = {"prefect": {"flows"}, "typer": {"cli", "flows"}, "rich": {"cli", "flows"}}
LIBRARIES |= {name: {"dashboards"} for name in ("anyio", "jinja2", "markupsafe", "starlette", "uvicorn")}


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of the package, with its room; flows, sql and transforms are reached by their links."""
    for folder, _, names in os.walk(HOUSE, followlinks=True):
        for path in (Path(folder, name) for name in names if name.endswith(".py")):
            yield path.relative_to(HOUSE).parts[0].removesuffix(".py"), path


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """The line and the dotted name of everything that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are written in full"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def wrong_imports() -> Iterator[str]:
    """``file:line: room imports what it may not``."""
    for room, path in modules():
        for line, name in imported(path):
            package, *inside = name.split(".")
            if package == "matterhouse":
                allowed = inside[0] not in MAY_IMPORT or inside[0] in {room, *MAY_IMPORT[room].split()}
            else:
                allowed = room in LIBRARIES.get(package, {room})
            if not allowed:
                yield f"{path.relative_to(HOUSE.parent)}:{line}: {room} imports {name}"


def test_every_room_is_declared_and_there():
    assert {room for room, _ in modules()} == set(MAY_IMPORT)


def test_the_declared_arrows_run_one_way():
    order = list(MAY_IMPORT)
    for room, others in MAY_IMPORT.items():
        assert all(order.index(other) > order.index(room) for other in others.split()), room


def test_imports_follow_the_declared_arrows():
    assert list(wrong_imports()) == []


def test_names_that_are_imported_from_the_house_itself_are_its_rooms_or_its_public_names():
    public = {*MAY_IMPORT, "__version__", "open_snapshot"}
    names = [name.split(".") for _, path in modules() for _, name in imported(path)]
    assert {inside[1] for inside in names if inside[0] == "matterhouse" and inside[1:]} <= public
