"""What is printed for people: always harmless to the terminal, and rich imported only where it is used.

Names, titles and messages come from files that anyone may have written. ``safe`` shows the characters
in them that could steer a terminal as escapes; no text is ever read as rich's markup.
"""

import io
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

# Control characters (C0, DEL, C1), bidirectional and invisible characters that reverse or hide text, lone surrogates.
_STEERING = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def safe(value: object) -> str:
    """A value on one line that cannot steer a terminal: ``\\x1b[31m`` instead of red. None is empty."""
    text = "" if value is None else str(value)
    return _STEERING.sub(lambda sign: sign[0].encode("unicode_escape").decode(), text)


def say(text: object = "", stream: TextIO | None = None) -> None:
    """Print a text, whose own line breaks stay, to standard output."""
    print("\n".join(safe(line) for line in str(text).split("\n")), file=stream or sys.stdout)


def complain(text: object) -> None:
    """Print what went wrong to standard error, where that can be written."""
    with suppress(OSError):
        say(f"matterhouse: {text}".expandtabs(4), sys.stderr)  # DuckDB's messages have tabs


def say_json(value: object, indent: int | None = None) -> None:
    """Print a value as JSON in UTF-8, for programs."""
    from matterhouse.warehouse.jsontext import json_text

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(json_text(value, indent) + "\n")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], numbers: Iterable[str] = ()) -> None:
    """Print a table; the columns that ``numbers`` names are right-aligned, integers get thousands separators."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for name in columns:
        shown.add_column(Text(safe(name)), justify="right" if name in set(numbers) else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(Text(_cell(value)) for value in row))
    _print(shown)


def _print(table: "Table") -> None:
    """Print to a terminal with colours, to anything else without the blanks that fill up the last column."""
    out = console()
    if out.is_terminal:
        out.print(table)
        return
    with out.capture() as capture:
        out.print(table)
    for line in capture.get().splitlines():
        print(line.rstrip())


def console(stream: TextIO | None = None) -> "Console":
    """rich's console; what is not a terminal is as wide as its text."""
    from rich.console import Console

    stream = stream or sys.stdout
    plain = Console(file=stream, markup=False, emoji=False, highlight=False, soft_wrap=False)
    if not plain.is_terminal:
        plain.width = 100_000
    return plain


def moment(iso: str | None) -> str:
    """An ISO 8601 time as people read it: ``2026-07-01 09:30:00 UTC``."""
    if not iso:
        return ""
    return f"{datetime.fromisoformat(iso).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def size(count: float) -> str:
    """Bytes as people read them: ``1.2 MB``."""
    for unit in ("B", "kB", "MB"):
        if count < 999.5:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:,.1f} GB"


def counted(count: int, one: str, many: str | None = None) -> str:
    """``1 file``, ``2,000 files``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _cell(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return safe(value)
