"""``matterhouse init``."""

from pathlib import Path
from typing import Annotated

import typer

from matterhouse.cli.terminal import complain, say


def init(
    config: Annotated[
        Path,
        typer.Option(
            "--config", metavar="PATH", help="The file to write.", show_default="matterhouse.yml in this folder"
        ),
    ] = Path("matterhouse.yml"),
) -> None:
    """Write a configuration file that explains every setting.

    A file that is there already stays as it is.
    """
    from matterhouse.settings.reference import template

    try:
        with config.open("x", encoding="utf-8") as file:
            file.write(template())
    except FileExistsError:
        complain(f"{config} is there already and stays as it is")
        raise typer.Exit(1) from None
    say(f"Wrote {config}. Name your content repositories under `sources` in it, then:")
    say("  matterhouse run" + ("" if config == Path("matterhouse.yml") else f" --config {config}"))
