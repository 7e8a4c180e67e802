"""``matterhouse rejects``."""

from typing import Annotated, Any

import typer

from matterhouse.cli.options import Config, Format, Warehouse, layout_of
from matterhouse.cli.terminal import counted, safe, say


def rejects(
    config: Config = None,
    warehouse: Warehouse = None,
    format: Annotated[Format, typer.Option("--format", help="How to print them.")] = Format.TABLE,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Also values that did not fit their column, and front matter that no table covers."),
    ] = False,
) -> None:
    """Show the files that could not be read, and why.

    Each comes with its place, `path:line:column`, and the offending line. A file that is mended is
    loaded by the next run, and leaves the list.
    """
    from matterhouse import sql
    from matterhouse.warehouse import query, snapshots

    database = snapshots.current(layout_of(config, warehouse)).database
    wanted = sql.read("queries/problems")
    if not everything:
        wanted = f"FROM ({wanted}) SELECT * EXCLUDE (field) WHERE kind = 'reject'"
    with query.locked_in(database) as connection:
        answer = query.Answer(connection, wanted)
        if format is Format.TABLE:
            names, rows = answer.rows()
            _tell([dict(zip(names, row)) for row in rows], everything)
        else:
            from matterhouse.cli.querying import write

            write(answer, format.value)


def _tell(problems: list[dict[str, Any]], everything: bool) -> None:
    of_kind = {kind: [each for each in problems if each["kind"] == kind] for kind in ("reject", "field_error", "drift")}
    for problem in of_kind["reject"]:
        _tell_reject(problem)
    for problem in of_kind["field_error"]:
        say(f"{safe(problem['source'])}: {safe(problem['path'])}  {safe(problem['field'])}")
        say(f"    {safe(problem['message'])}, found {safe(problem['excerpt'])}")
        say()
    for problem in of_kind["drift"]:
        say(f"{safe(problem['field'])}  {safe(problem['message'])}, such as {safe(problem['path'])}")
    if of_kind["drift"]:
        say()
    counts = [counted(len(of_kind["reject"]), "file") + " could not be read"]
    if everything:
        counts.append(counted(len(of_kind["field_error"]), "value") + " did not fit")
        counts.append(counted(len(of_kind["drift"]), "front-matter path") + " in no table")
    say(", ".join(counts) + ".")


def _tell_reject(problem: dict[str, Any]) -> None:
    """``path:line:column``, the reason, and the line with a mark below the column."""
    place = ":".join(safe(problem[part]) for part in ("path", "line", "column") if problem[part] is not None)
    say(f"{safe(problem['source'])}: {place}  {safe(problem['reason'])}")
    say(f"    {safe(problem['message'])}")
    if problem["excerpt"] is not None:
        say(f"    | {safe(problem['excerpt'])}")
        if problem["column"] is not None and problem["column"] <= len(problem["excerpt"]) + 1:
            say(f"    | {' ' * _width(problem['excerpt'][: problem['column'] - 1])}^")
    say()


def _width(text: str) -> int:
    """How many columns of a terminal a text takes, once it is safe: East Asian signs take two."""
    from rich.cells import cell_len

    return cell_len(safe(text))
