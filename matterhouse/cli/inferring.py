"""``matterhouse infer``."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from matterhouse.cli.failures import Failure
from matterhouse.cli.options import Config, Exclude, Include
from matterhouse.cli.terminal import counted, say
from matterhouse.cli.validating import chosen_settings

if TYPE_CHECKING:
    from matterhouse.warehouse.drafts import Draft

Source = Annotated[
    list[str],
    typer.Argument(metavar="SOURCE...", help="The name of a configured source, a folder, a uri, or NAME=URI."),
]
Collection = Annotated[
    str | None,
    typer.Option(
        "--collection",
        metavar="NAME",
        help="Only the tables of that collection; (none) is that of files in no folder.",
        show_default="all",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="DIR", help="Write a file per table here.", show_default="standard output"),
]
Force = Annotated[bool, typer.Option("--force", help="Write over files that are there already.")]


def infer(
    sources: Source,
    collection: Collection = None,
    output: Output = None,
    force: Force = False,
    config: Config = None,
    include: Include = None,
    exclude: Exclude = None,
) -> None:
    """Draft the DDL of tables from the files of sources.

    No warehouse is needed. Each table that content makes by itself becomes a file for the folder `tables` beside the
    configuration, with types as narrow as the values allow, and how often and what was found as comments. Loading
    with unchanged drafts gives the same tables; from then on their columns and types stay.
    """
    settings = chosen_settings(sources, config, include or [], exclude or [])
    from matterhouse.engine.inference import Inference, of_collection

    with TemporaryDirectory(prefix="matterhouse-") as clones:
        inference = Inference(settings, Path(clones))
        found = inference.drafts()
    if collection is not None:
        names = sorted({each.collection or "(none)" for each in found})
        found = list(of_collection(found, collection))
        if not found:
            raise Failure(f"there is no collection {collection!r}; there are: {', '.join(names) or 'none'}")
    _write(found, output, force)
    for name in inference.unwritable:
        say(f"Left out: the collection {name!r}, whose name no header can hold.", sys.stderr)
    read = f"{counted(inference.files, 'file')} with {counted(inference.records, 'record')}"
    where = f" in {output}" if output else ""
    say(f"{read}: {counted(len(found), 'draft')}{where}.", sys.stderr)


def _write(found: "list[Draft]", output: Path | None, force: bool) -> None:
    """Write the drafts; raises ``Failure``, before anything is written, where a file is there already."""
    if output is None:
        say("\n".join(f"-- {each.name}\n{each.text}" for each in found).rstrip("\n"))
        return
    there = [each.name for each in found if (output / each.name).exists()]
    if there and not force:
        raise Failure(f"{output / there[0]} is there already, nothing was written; --force writes over such files")
    output.mkdir(parents=True, exist_ok=True)
    for each in found:
        (output / each.name).write_text(each.text, encoding="utf-8")
