"""The settings of the engine: what is read where."""

import re
from pathlib import Path

import pytest

from matterhouse.settings.file import ConfigError
from matterhouse.settings.loading import load

ROOT = Path(__file__).resolve().parents[2]


def loaded(folder: Path, engine: str):
    file = folder / "matterhouse.yml"
    file.write_text(f"sources: {{news: {{uri: .}}}}\nengine: {engine}\n")
    return load(file).engine


def test_without_settings_a_run_reads_by_itself(tmp_path):
    engine = loaded(tmp_path, "{}")
    assert (engine.kind, engine.address, engine.shared, engine.patience_seconds) == ("local", None, None, 60)


@pytest.mark.parametrize("address", ["tcp://scheduler:8786", "tls://10.0.0.7:8786", "tcp://[::1]:8786"])
def test_a_cluster_has_an_address(tmp_path, address):
    engine = loaded(tmp_path, f"{{kind: dask, address: '{address}', patience: 5m}}")
    assert (engine.address, engine.patience_seconds) == (address, 300)


@pytest.mark.parametrize(
    "shared, place",
    [
        ("/mnt/shared/", "/mnt/shared"),
        ("shared", "{folder}/shared"),
        ("s3://bucket/staging/", "s3://bucket/staging"),
        ("''", None),
    ],
)
def test_the_shared_place_is_a_folder_beside_the_file_or_a_prefix(tmp_path, shared, place):
    engine = loaded(tmp_path, f"{{kind: dask, address: 'tcp://scheduler:8786', shared: {shared}}}")
    assert engine.shared == (place and place.format(folder=tmp_path))


def test_the_settings_that_the_documentation_shows_can_be_set(tmp_path):
    shown = re.findall("(?s)```yaml\n.*?engine: (.*?)\n```", (ROOT / "docs" / "cluster.md").read_text("utf-8"))
    assert [loaded(tmp_path, engine).kind for engine in shown] == ["processes", "dask"]


@pytest.mark.parametrize(
    "engine, told",
    [
        ("{kind: dask}", "expected an `address` with `kind: dask`"),
        ("{kind: dask, address: 'scheduler:8786'}", "expected the address of a scheduler"),
        ("{kind: dask, address: 'tcp://scheduler:99999'}", "expected the address of a scheduler"),
        ("{kind: dask, address: 'tcp://scheduler:0'}", "expected the address of a scheduler"),
        ("{kind: dask, address: 'tcp://u:p@scheduler:8786'}", "expected the address of a scheduler"),
        ("{kind: spark}", "kind"),
        ("{kind: dask, address: 'tcp://scheduler:8786', shared: 's3://key:secret@bucket'}", "expected a bucket"),
        ("{kind: dask, address: 'tcp://scheduler:8786', patience: 60}", "expected a whole number and its unit"),
        ("{kind: processes, processes: 0}", "processes"),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path, engine, told):
    with pytest.raises(ConfigError, match="matterhouse.yml:2") as raised:
        loaded(tmp_path, engine)
    assert told in str(raised.value) and "secret@" not in str(raised.value)
