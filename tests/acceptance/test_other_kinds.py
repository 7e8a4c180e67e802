"""Real sites of other generators: what PyYAML and tomllib find in their heads is all found again in the tables."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from matterhouse.engine.run import refresh
from matterhouse.settings import loading as config
from tests.shared import REAL_SITES, real_site
from tests.warehouses import rows

YAML = re.compile(r"---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)
TOML = re.compile(r"\+\+\+[ \t]*\r?\n(.*?)^\+\+\+[ \t]*\r?$", re.DOTALL | re.MULTILINE)
NULLS = ("", "~", "null", "Null", "NULL")


@pytest.fixture(scope="module", params=REAL_SITES)
def site(request, tmp_path_factory) -> tuple[Path, Path]:
    """The folder of a site, and the warehouse that it was loaded into without any configuration."""
    folder = tmp_path_factory.mktemp("sites")
    content = real_site(request.param, folder)
    report = refresh(config.load(None, [f"site=folder:{content}"], folder / "warehouse"))
    assert report.error is None
    return content, folder / "warehouse"


def heads(content: Path) -> Iterator[tuple[str, dict]]:
    """Path and head of each Markdown file that another reader finds one in: scalars as text, those of TOML typed."""
    for file in sorted(content.rglob("*.md")):
        if any(part.startswith(".") for part in file.relative_to(content).parts):
            continue  # hidden folders are left out by default, and not entered
        text = file.read_text(encoding="utf-8")
        try:
            if match := TOML.match(text):
                head = tomllib.loads(match[1])
            elif match := YAML.match(text):
                head = yaml.load(match[1], yaml.BaseLoader)
            else:
                continue
        except (yaml.YAMLError, tomllib.TOMLDecodeError):
            head = {}
        if isinstance(head, dict) and file.is_file() and not file.is_symlink():
            yield file.relative_to(content).as_posix(), head


def leaves(value: object) -> Iterator[str]:
    """The scalars in a head as text, but those that say nothing."""
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif value is not None and value not in NULLS:
        yield str(value).lower() if isinstance(value, bool) else str(value)


def test_every_head_is_loaded_or_told_with_a_reason(site):
    content, warehouse = site
    told = dict(rows(warehouse, "SELECT path, coalesce(reason, outcome) FROM meta.files"))
    found = dict(heads(content))
    assert len(found) > 40
    reasons = {path: told.get(path, "not told") for path in found}
    lost = {path: reason for path, reason in reasons.items() if reason not in ("loaded", "template", "yaml_syntax")}
    assert lost == {}


def test_every_scalar_of_a_head_is_found_again(site):
    content, warehouse = site
    query = "SELECT path, front_matter FROM raw.documents WHERE front_matter IS NOT NULL"
    documents = {
        path: json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
        for path, text in rows(warehouse, query)
    }
    compared = 0
    for path, head in heads(content):
        if path in documents and head:
            assert sorted(map(_plain, leaves(documents[path]))) == sorted(map(_plain, leaves(head))), path
            compared += 1
    assert compared > 40


def test_every_scalar_outside_of_lists_has_a_row_and_a_cell(site):
    content, warehouse = site
    scalars = "SELECT documents.path, list(coalesce(value, '')) FROM raw.scalars JOIN raw.documents USING (record_id) GROUP BY ALL"
    held = {path: set(map(_plain, values)) for path, values in rows(warehouse, scalars)}
    loaded = {path for (path,) in rows(warehouse, "SELECT path FROM records")}
    for path, head in heads(content):
        if path in loaded:
            outside = {key: value for key, value in head.items() if not isinstance(value, list)}
            missing = set(map(_plain, leaves(outside))) - held.get(path, set())
            assert not missing, f"{path}: {missing}"


def _plain(text: str) -> str:
    """A moment as TOML's reader and as its writer say it are one."""
    return text.replace("T", " ").replace("Z", "+00:00") if re.match(r"\d{4}-\d\d-\d\d[T ]\d", text) else text
