"""Options that several commands share, and the settings that they lead to."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from matterhouse.warehouse.layout import Layout

Config = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="PATH", help="The configuration file.", show_default="matterhouse.yml in this folder"
    ),
]
Warehouse = Annotated[
    Path | None,
    typer.Option("--warehouse", metavar="DIR", help="The warehouse folder, instead of the one of the configuration."),
]
Sources = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        metavar="NAME=URI",
        help="A source to load, instead of those of the configuration; NAME: one of these, due or not; repeatable.",
    ),
]
Include = Annotated[
    list[str] | None,
    typer.Option("--include", metavar="GLOB", help="Files to read, instead of every source's `include`; repeatable."),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option("--exclude", metavar="GLOB", help="Files to leave out, beside every source's `exclude`; repeatable."),
]
Tables = Annotated[
    Path | None,
    typer.Option(
        "--tables",
        metavar="DIR",
        help="The folder with the DDL of your own tables.",
        show_default="tables beside the configuration file, if there is one",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
SnapshotId = Annotated[
    str | None,
    typer.Argument(metavar="ID", show_default=False, help="A snapshot's id, or how it begins, such as 000012."),
]


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def layout_of(config: Path | None, warehouse: Path | None) -> "Layout":
    """The warehouse that a command which only looks at it is to look at. Raises ``ConfigError``."""
    from matterhouse.settings.loading import load
    from matterhouse.warehouse.layout import Layout

    return Layout(load(config, (), warehouse, needs_sources=False).warehouse)
