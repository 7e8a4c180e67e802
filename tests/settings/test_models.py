"""Configuration: what is read, where paths start, what flags change."""

import dataclasses
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from matterhouse.settings.file import ConfigError
from matterhouse.settings.loading import load
from matterhouse.settings.models import (
    LimitSettings,
    RetentionSettings,
    Settings,
)
from matterhouse.settings.source import SourceSettings
from matterhouse.settings.uris import anchored
from matterhouse.sources.files import DEFAULT_EXCLUDE
from matterhouse.sources.limits import Limits
from matterhouse.sources.uris import locate

ROOT = Path(__file__).resolve().parents[2]


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


# Reading


def test_a_file_is_read_from_the_current_folder(folder: Path):
    write("""
warehouse: out
sources:
  power-apps: {uri: https://git.example.org/power-apps.git, ref: main, publish_secured: yes, max_age: 48}
  robots: {uri: ../robots, include: ["**/*.md"], exclude: []}
limits: {depth: 5, rejected_share: 0}
retention: {keep: 2, grace_hours: 1.5}
batch_bytes: 1_000
audit_share: 1
""")
    assert load() == Settings(
        warehouse=folder / "out",
        sources={
            "power-apps": SourceSettings(
                uri="https://git.example.org/power-apps.git", ref="main", publish_secured=True, max_age=48
            ),
            "robots": SourceSettings(uri=f"{folder.parent}/robots", include=["**/*.md"], exclude=[]),
        },
        limits=LimitSettings(depth=5, rejected_share=0),
        retention=RetentionSettings(keep=2, grace_hours=1.5),
        batch_bytes=1_000,
        audit_share=1,
    )


def test_a_file_above_the_current_folder_is_not_searched(folder: Path):
    write("sources: {news: {uri: .}}", "../matterhouse.yml")
    with pytest.raises(ConfigError, match="no source is named"):
        load()


def test_a_byte_order_mark_is_no_part_of_the_file():
    write("\ufeffsources: {news: {uri: .}}")
    assert list(load().sources) == ["news"]


@pytest.mark.parametrize(
    "text", ["limits:\nretention:\nwarehouse:\nbatch_bytes:\n", "limits:\n  depth:\nretention: {keep: }\n"]
)
def test_an_empty_setting_is_one_that_is_left_out(text: str, folder: Path):
    write(text + "sources:\n  news:\n")
    assert load() == Settings(warehouse=folder / "warehouse", sources={"news": SourceSettings(uri=str(folder))})


def test_the_limits_of_sources_are_those_of_the_reader():
    own = {"rejected_share", "rejected_count", "dropped_share"}
    ours = {name: field.default for name, field in LimitSettings.model_fields.items() if name not in own}
    assert ours == dataclasses.asdict(Limits())


def test_settings_cannot_be_changed_and_survive_a_pickle():
    write("sources: {news: {uri: https://reader:hunter2@git.example.org/x}}")
    settings = load()
    assert pickle.loads(pickle.dumps(settings)) == settings
    with pytest.raises(ValueError, match="frozen"):
        settings.batch_bytes = 1


# Paths


PLACES = [
    "news",
    "./news",
    "../news",
    "a:b/c",
    "a:b",
    "folder:news",
    "folder:",
    "git+news",
    "git+../x",
    "x.bundle",
    "h:x.bundle",
]
PLACES += [
    "git@git.example.org:news.git",
    "git+git@git.example.org:a/b",
    "https://h.example.org/x?y",
    "git+ssh://h.example.org/x",
]
PLACES += [
    "file:///srv/news",
    "file:///srv/news.bundle",
    "~/news",
    "folder:~/news",
    "/srv/news",
    "news/a@b:c",
    "[::1]:news",
    ".",
    "",
]
PLACES += [
    "ext::sh -c true",
    "git+ext::sh",
    "-news",
    "git+-news",
    "folder:-news",
    "folder:a::b",
    "http://h/x",
    "a file",
    ":x",
    "a@b@c:d",
]


def place(uri: str) -> object:
    try:
        return locate(uri)
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize("uri", PLACES)
def test_a_uri_means_from_anywhere_what_it_means_in_the_folder(uri: str, folder: Path, monkeypatch: pytest.MonkeyPatch):
    (folder / "a:b").mkdir()
    (folder / "a file").touch()
    expected = place(uri)
    monkeypatch.chdir("/")
    assert place(anchored(uri, folder)) == expected


def test_relative_paths_start_at_the_files_folder_and_those_of_flags_at_the_current_one(folder: Path):
    path = write("warehouse: ../w\nsources: {a: {uri: folder:in}, b: {uri: git+in}, c: {}}", "conf/m.yml")
    settings = load(path)
    assert settings.warehouse == folder / "w"
    conf = folder / "conf"
    assert [each.uri for each in settings.sources.values()] == [f"folder:{conf}/in", f"git+{conf}/in", f"{conf}"]
    flagged = load(path, ["a=in", "d=folder:."], Path("w2"))
    assert flagged.warehouse == folder / "w2"
    assert [each.uri for each in flagged.sources.values()] == [f"{folder}/in", f"folder:{folder}"]


def test_the_home_folder_is_known(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", "/home/nell")
    write("warehouse: ~/w\nsources: {news: {uri: ~/news}}")
    assert load().warehouse == Path("/home/nell/w")
    assert load().sources["news"].uri == "/home/nell/news"


# Flags


def test_flags_need_no_file(folder: Path):
    settings = Settings(warehouse=folder / "warehouse", sources={"news": SourceSettings(uri=f"{folder.parent}/news")})
    assert load(sources=["news=../news"]) == settings.choosing(by_flags=True)


def test_flags_replace_the_sources_of_the_file_and_keep_the_other_settings():
    write("""
limits: {depth: 9}
sources:
  news: {uri: "https://h/${NOT_SET}", ref: main, max_age: 5}
  broken: {uri: "http://no", depth: 9}
""")
    settings = load(sources=["news=https://git.example.org/a=b", "more=/srv/more"])
    assert settings.limits.depth == 9
    assert settings.sources == {
        "news": SourceSettings(uri="https://git.example.org/a=b", ref="main", max_age=5),
        "more": SourceSettings(uri="/srv/more"),
    }


@pytest.mark.parametrize(
    "flags, expected",
    [
        (
            ["news"],
            '--source: found the text "news"; expected NAME=URI, such as news=../news, its name of up to 64 small letters',
        ),
        (["=x"], '--source: found the text "=x"; expected NAME=URI'),
        (["News=x"], '--source: found the text "News=x"; expected NAME=URI'),
        (["a=x", "a=y"], "--source a: found this name a second time; expected every source once"),
        (
            ["a=${NOT_SET}"],
            '--source a: found the text "${NOT_SET}"; expected the environment variable NOT_SET to have a value',
        ),
        (["a=-x"], "--source a: found the text \"-x\"; a uri does not begin with '-'"),
    ],
)
def test_a_flag_that_cannot_be_used_is_named(flags: list[str], expected: str):
    with pytest.raises(ConfigError) as raised:
        load(sources=flags)
    assert str(raised.value).startswith(expected)
    assert len(raised.value.problems) == 1


def test_a_ref_of_the_file_that_does_not_fit_the_flag_is_told_at_its_line():
    write("sources:\n  news:\n    ref: main\n")
    with pytest.raises(
        ConfigError, match=r"^matterhouse.yml:3: sources.news.ref: found the text \"main\"; a source read as"
    ):
        load(sources=["news=folder:."])


def test_the_warehouse_is_told_by_its_flag():
    write("warehouse: 5\nsources: {news: {}}")
    assert load(warehouse=Path("w")).warehouse == Path("w").absolute()
    with pytest.raises(
        ConfigError, match=r'^--warehouse: found the text "s3:/bucket"; expected a folder on this machine'
    ):
        load(warehouse=Path("s3://bucket"))


def test_globs_of_flags_replace_include_and_extend_exclude():
    write("""
sources:
  news: {uri: /srv/news, include: ["a/*.md"], exclude: ["b/**"]}
  empty:
""")
    settings = load(include=["posts/*.md", "**/*.txt"], exclude=["drafts/**"])
    assert {source.include for source in settings.sources.values()} == {("posts/*.md", "**/*.txt")}
    assert settings.sources["news"].exclude == ("b/**", "drafts/**")
    assert settings.sources["empty"].exclude == (*DEFAULT_EXCLUDE, "drafts/**")
    with pytest.raises(ConfigError) as raised:
        load(include=["a//b"], exclude=["/c"])
    assert [problem.partition("; ")[0] for problem in raised.value.problems] == [
        '--include: found the text "a//b"',
        '--exclude: found the text "/c"',
    ]


# Without sources


def test_without_file_and_flag_the_message_says_what_to_do():
    with pytest.raises(ConfigError) as raised:
        load()
    text = "matterhouse.yml: there is no such file in this folder, and no source is named; "
    assert (
        str(raised.value) == text + "run `matterhouse init` to write the file, or name a source with --source NAME=URI"
    )


@pytest.mark.parametrize("text", ["", "# only a remark\n", "warehouse: w\n", "sources:\n", "sources: {}\n"])
def test_a_file_without_sources_is_told(text: str):
    write(text)
    with pytest.raises(ConfigError, match="^matterhouse.yml: no source is named; name one under `sources`"):
        load()


def test_a_command_that_only_reads_the_warehouse_needs_no_source(folder: Path):
    assert load(needs_sources=False) == Settings(warehouse=folder / "warehouse")
    assert load(warehouse=Path("w"), needs_sources=False).warehouse == folder / "w"
    write("warehouse: out\nsources: {news: {uri: 'https://reader:${NOT_SET}@h/x'}}")
    assert load(needs_sources=False) == Settings(warehouse=folder / "out")


def test_a_file_that_is_named_must_be_there(folder: Path):
    with pytest.raises(
        ConfigError, match="^other.yml: found no such file; `matterhouse init` writes a matterhouse.yml$"
    ):
        load(Path("other.yml"), ["news=."])
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(folder)


def test_configuration_starts_without_the_heavy_packages():
    code = "import sys, matterhouse.settings.loading; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    assert not {"pandas", "pyarrow", "duckdb", "prefect", "rich", "typer", "pydantic_settings"} & set(loaded)


def test_the_share_that_is_read_twice_is_about_twenty_documents_unless_one_is_set():
    usual = Settings(warehouse=Path("w"), sources={"news": {"uri": "folder:/news"}})
    assert [usual.audit_share_of(documents) for documents in (0, 100, 2_000, 100_000)] == [0.01, 0.01, 0.01, 0.0002]
    own = usual.model_copy(update={"audit_share": 0.5})
    assert own.audit_share_of(100_000) == 0.5
