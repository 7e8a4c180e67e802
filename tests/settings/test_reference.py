"""The commented file and the documentation: made from the models, complete, and examples that work."""

import json
import re
from pathlib import Path

import pytest

from matterhouse.settings.engine import EngineSettings
from matterhouse.settings.file import ConfigError
from matterhouse.settings.loading import load
from matterhouse.settings.models import (
    LimitSettings,
    NoticeSettings,
    RetentionSettings,
    Settings,
)
from matterhouse.settings.reference import template, with_tables
from matterhouse.settings.source import SourceSettings

ROOT = Path(__file__).resolve().parents[2]
DOCS = (ROOT / "docs" / "configuration.md").read_text("utf-8")
GROUPS = {"": Settings, "sources.NAME.": SourceSettings, "limits.": LimitSettings}
GROUPS |= {"retention.": RetentionSettings, "notices.": NoticeSettings, "engine.": EngineSettings}
SETTINGS = [(prefix, name, setting) for prefix, model in GROUPS.items() for name, setting in model.model_fields.items()]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of a test: empty, and no other test's."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


def write(text: str, name: str = "matterhouse.yml") -> Path:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, "utf-8")
    return Path(name)


def default(setting: object) -> str:
    """A setting's default as the template has it."""
    value = setting.default
    if value is None:
        return ""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple):
        return json.dumps(value)
    return f"{value:_}" if type(value) is int else str(value).lower()


def test_the_template_is_a_configuration_of_defaults(folder: Path):
    expected = Settings(warehouse=folder / "warehouse", sources={"content": SourceSettings(uri=str(folder))})
    write(template())
    assert load() == expected
    uncommented = re.sub(r"(?m)^( *)#(?! )", r"\1", template())
    write(uncommented)
    assert load() == expected
    assert not re.findall(
        r"(?m)^ *[a-z_]+:",
        re.sub(r"(?m)^(sources|  content|limits|retention|notices|dashboard|engine):$", "", template()),
    )


@pytest.mark.parametrize("prefix, name, setting", SETTINGS)
def test_every_setting_is_in_the_template_with_an_explanation(prefix: str, name: str, setting: object):
    groups = {name: f"{name}:" for name in ("sources", "limits", "retention", "notices", "dashboard", "engine")}
    indent = {"": "", "sources.NAME.": "    "}.get(prefix, "  ")
    line = (not prefix and groups.get(name)) or f"{indent}#{name}: {default(setting)}".rstrip()
    lines = template().splitlines()
    assert line in lines
    above = lines[lines.index(line) - 1]
    assert above.startswith(f"{indent}# ")
    assert above.endswith((".", "...")) or (above.startswith(f"{indent}# Example: ") and setting.examples), above
    words = " ".join(re.findall(r"(?m)^ *# (.*)", template()))
    assert setting.description in words


@pytest.mark.parametrize("prefix, name, setting", SETTINGS)
def test_every_setting_is_documented(prefix: str, name: str, setting: object):
    groups = dict.fromkeys(("limits", "retention", "notices", "dashboard", "engine"), "below")
    text = ({"sources": "none"} | groups).get(name) or default(setting)
    shown = text if text in ("none", "below") else f"`{text}`" if text else "none"
    assert f"\n| `{prefix}{name}` | {shown} | {setting.description} | " in DOCS


def test_the_tables_of_the_documentation_are_those_of_the_models():
    assert with_tables(DOCS) == DOCS, "run: python -m matterhouse.settings.reference docs/configuration.md"


def examples() -> list[tuple[str, str, object]]:
    return [(prefix, name, example) for prefix, name, field in SETTINGS for example in field.examples or ()]


@pytest.mark.parametrize("prefix, name, example", examples())
def test_every_example_is_a_value_that_can_be_set(prefix: str, name: str, example: object, monkeypatch):
    monkeypatch.setenv("TOKEN", "secret")
    *groups, name = (prefix.replace("NAME", "news") + name).split(".")
    written: dict = {name: example}
    for group in reversed(groups):
        written = {group: written}
    write(json.dumps(written))
    load(
        sources=[] if "uri" in written.get("sources", {}).get("news", {}) else ["news=https://git.example.org/news.git"]
    )


def test_only_settings_are_documented():
    documented = re.findall(r"(?m)^\| `((?:sources\.NAME\.|limits\.|retention\.|notices\.|engine\.)?[a-z_]+)` \|", DOCS)
    assert sorted(documented) == sorted(prefix + name for prefix, name, _ in SETTINGS)


def test_the_mistakes_in_the_documentation_are_told_as_it_says():
    text, told = re.search(r"```yaml\n([^`]+)```\n\ngives[^`]+`NEWS_TOKEN`[^`]+```text\n([^`]+)```", DOCS).groups()
    write(text)
    with pytest.raises(ConfigError) as raised:
        load()
    assert str(raised.value) == told.strip()


def test_the_first_example_in_the_documentation_loads():
    write(re.search(r"```yaml\n([^`]+)```", DOCS)[1])
    assert list(load().sources) == ["power-apps", "robots"]


def test_the_configuration_of_make_run_loads():
    settings = load(ROOT / "matterhouse.yml")
    assert settings.warehouse == ROOT / "warehouse"
    assert settings.sources["sample"].uri == f"folder:{ROOT}/data/sample"
