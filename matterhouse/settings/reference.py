"""The settings explained, made from their models: the commented matterhouse.yml, and the tables of the documentation.

python -m matterhouse.settings.reference docs/configuration.md    (writes the tables of that file anew)
"""

import json
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from matterhouse.settings.models import Settings, groups
from matterhouse.sources import kinds

_HEAD = """\
# What Matterhouse loads, and where to. Written by `matterhouse init`; docs/configuration.md has the details.
# A # with no space after it hides a setting that has its default: take the # away to change it.
# Relative paths start at the folder of this file.
"""
_WIDTH = 110
_TABLE = re.compile(r"(<!-- settings: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_NO_GROUP = "top"


def template() -> str:
    """The commented file that ``matterhouse init`` writes: every setting, hidden, at its default."""
    return "\n".join([_HEAD, *_template_lines()])


def _template_lines() -> Iterator[str]:
    for name, setting in Settings.model_fields.items():
        yield from _comment(setting, "")
        if name not in groups():
            yield f"#{name}: {shown_default(setting)}".rstrip()
        elif name == "sources":
            yield from ("sources:", "  content:", *_hidden(groups()[name], "    "))
        else:
            yield from (f"{name}:", *_hidden(groups()[name], "  "))
        yield ""


def _hidden(model: type[BaseModel], indent: str) -> Iterator[str]:
    for name, setting in model.model_fields.items():
        yield from _comment(setting, indent)
        yield f"{indent}#{name}: {shown_default(setting)}".rstrip()


def _comment(setting: FieldInfo, indent: str) -> Iterator[str]:
    mark = f"{indent}# "
    yield from textwrap.wrap(
        str(setting.description), _WIDTH, initial_indent=mark, subsequent_indent=mark, break_on_hyphens=False
    )
    for example in setting.examples or ():
        yield f"{mark}Example: {_as_yaml(example)}"


def with_tables(page: str) -> str:
    """``page`` with each table written anew between ``<!-- settings: GROUP -->`` and ``<!-- end -->``.

    The group ``kinds`` has the kinds of sources.
    """
    return _TABLE.sub(lambda found: found[1] + "\n".join(_table(found[2])) + "\n" + found[3], page)


def _table(group: str) -> Iterator[str]:
    if group == "kinds":
        yield from kinds.table()
        return
    prefix = {_NO_GROUP: "", "sources": "sources.NAME."}.get(group, f"{group}.")
    yield "| setting | default | meaning | example |"
    yield "|---|---|---|---|"
    for name, setting in groups()["" if group == _NO_GROUP else group].model_fields.items():
        examples = "<br>".join(f"`{_as_yaml(example)}`" for example in setting.examples or ())
        yield f"| `{prefix}{name}` | {_default_cell(name, setting)} | {setting.description} | {examples} |"


def _default_cell(name: str, setting: FieldInfo) -> str:
    if name in groups():
        return "none" if name == "sources" else "below"
    text = shown_default(setting)
    return f"`{text}`" if text else "none"


def shown_default(setting: FieldInfo) -> str:
    """A setting's default as YAML has it; empty where there is none."""
    return "" if setting.default is None else _as_yaml(setting.default)


def _as_yaml(value: Any) -> str:
    if isinstance(value, list | tuple):
        return json.dumps(value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:_}" if isinstance(value, int) else str(value)


def main(file: Path) -> None:
    """Write the tables in ``file`` anew."""
    file.write_text(with_tables(file.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
