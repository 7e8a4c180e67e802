"""Whole runs through the public door: what is in the warehouse afterwards, however it got there."""

import os
import random
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from matterhouse.engine import batch, extract
from matterhouse.engine.report import Report
from matterhouse.engine.run import Run, refresh
from matterhouse.settings import loading as config
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.ledger import Ledger
from matterhouse.warehouse.lock import Locked, exclusive
from tests.warehouses import TIMES, copied, differences, parquet_differences, rows

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the sample repository that a test may change."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "content"))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample repository in `content`, loaded into `w`."""
    folder = tmp_path_factory.mktemp("sample")
    shutil.copytree(SAMPLE, folder / "content")
    assert run(folder / "w", f"folder:{folder / 'content'}").state == "loaded"
    return folder


@pytest.fixture
def loaded(sample: Path, tmp_path: Path) -> Path:
    """A copy of the sample repository that a test may change; the warehouse `w` beside it has it as it was."""
    return copied(sample, tmp_path) / "content"


def run(warehouse: Path, *uris: object, batch_bytes: int = 48_000_000, **options) -> Report:
    names = [f"source{number}={uri}" for number, uri in enumerate(uris)]
    settings = config.load(None, names, warehouse).model_copy(update={"batch_bytes": batch_bytes})
    return refresh(settings, **options)


def current(warehouse: Path) -> str:
    """The id of the snapshot that readers get."""
    return (warehouse / "current").resolve().name


def folder(content: Path) -> str:
    return f"folder:{content}"


def commit(content: Path, message: str = "change") -> None:
    if not (content / ".git").exists():
        subprocess.run(["git", "init", "--quiet", "--initial-branch=main", content], check=True)
    subprocess.run(["git", "-C", content, "add", "--all"], check=True)
    subprocess.run(["git", "-C", content, "commit", "--quiet", "--allow-empty", "--message", message], check=True)


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_bytes().decode()
    assert old in text
    file.write_bytes(text.replace(old, new).encode())


NEWS = """---
title: "{title}"
publishedDateTime: 2026-05-05T05:05:05Z
webUrl: https://harbour-gazette.example/{title}
type: article
topics:
  - Robots
related:
  - title: One
    webUrl: https://harbour-gazette.example/{related}
---
body
"""


def test_the_first_run_loads_every_table(tmp_path, content):
    report = run(tmp_path / "w", folder(content))
    [account] = report.sources
    assert (report.state, report.error) == ("loaded", None)
    assert (account.found, account.loaded, account.rejected, account.skipped) == (79, 76, 2, 1)
    assert account.closes
    assert parquet_differences(tmp_path / "w") == {}
    assert rows(tmp_path / "w", "SELECT count(*), count(DISTINCT collection) FROM records") == [(76, 13)]
    assert rows(tmp_path / "w", "SELECT count(*) FROM raw.documents WHERE front_matter IS NULL") == [(2,)]


def test_a_second_run_finds_nothing_and_publishes_nothing(tmp_path, loaded):
    first = current(tmp_path / "w")
    second = run(tmp_path / "w", folder(loaded))
    assert (second.state, second.snapshot) == ("unchanged", first)
    assert second.sources[0].unchanged == 76
    assert [path.name for path in (tmp_path / "w" / "snapshots").iterdir()] == [first]


def test_a_touched_file_is_read_and_found_unchanged(tmp_path, loaded):
    for file in loaded.rglob("*.md"):
        os.utime(file, ns=(1, 1))
    report = run(tmp_path / "w", folder(loaded))
    assert (report.state, report.sources[0].loaded, report.sources[0].unchanged) == ("unchanged", 0, 76)
    assert report.bytes_read > 0


def test_only_what_changed_is_read_from_git(tmp_path, content):
    commit(content)
    run(tmp_path / "w", content)
    name = next(content.glob("_people/*.md"))
    edit(name, "---\n", "---\nlocation_note: new\n")
    commit(content)
    report = run(tmp_path / "w", content)
    assert (report.sources[0].loaded, report.sources[0].unchanged) == (1, 75)
    assert report.bytes_read == name.stat().st_size


def test_a_repeated_full_refresh_gives_the_same_tables(tmp_path, loaded):
    shutil.copytree(tmp_path / "w", tmp_path / "full", symlinks=True)
    report = run(tmp_path / "full", folder(loaded), full_refresh=True)
    assert report.sources[0].loaded == 76
    assert differences(tmp_path / "w", tmp_path / "full") == {}


@pytest.mark.parametrize(
    "batch_bytes", [pytest.param(1, marks=pytest.mark.slow), 5_000, pytest.param(40_000, marks=pytest.mark.slow)]
)
def test_the_size_of_batches_makes_no_difference(tmp_path, loaded, batch_bytes):
    run(tmp_path / "many", folder(loaded), batch_bytes=batch_bytes)
    assert differences(tmp_path / "w", tmp_path / "many", TIMES) == {}
    assert parquet_differences(tmp_path / "many") == {}


BULK = ("raw.documents", "related_articles", "related_images")


def out_of_order(warehouse: Path) -> list[str]:
    """Files of the bulk tables whose rows are not in the order of their documents' paths, then of their positions."""
    path_of = dict(rows(warehouse, "SELECT record_id, path FROM raw.documents"))
    wrong = []
    for file in sorted(file for name in BULK for file in (warehouse / "current" / "parquet" / name).glob("*.parquet")):
        table = pq.read_table(file)
        keys = [name for name in ("position", "image_position") if name in table.column_names]
        found = [
            (path_of[row["record_id"]], *(row[key] for key in keys))
            for row in table.select(["record_id", *keys]).to_pylist()
        ]
        wrong += [file.name] * (found != sorted(found))
    return wrong


@pytest.mark.parametrize(
    "kind, batch_bytes, part_bytes, piece_bytes, seed, rounds",
    [
        pytest.param("folder", 48_000_000, 16_000_000, 4_000_000, 1, 4, marks=pytest.mark.slow),
        pytest.param("folder", 48_000_000, 16_000_000, 9_000, 2, 4, marks=pytest.mark.slow),
        pytest.param("folder", 48_000_000, 15_000, 4_000, 5, 4, marks=pytest.mark.slow),
        pytest.param("folder", 20_000, 7_000, 4_000, 3, 4, marks=pytest.mark.slow),
        ("folder", 20_000, 7_000, 4_000, 3, 2),
        pytest.param("git", 20_000, 16_000_000, 1, 4, 4, marks=pytest.mark.slow),
    ],
)
def test_incremental_runs_end_where_a_full_load_does(
    tmp_path, content, monkeypatch, kind, batch_bytes, part_bytes, piece_bytes, seed, rounds
):
    monkeypatch.setattr(extract, "PART_BYTES", part_bytes)
    monkeypatch.setattr(batch, "PIECE_BYTES", piece_bytes)
    chance = random.Random(seed)
    uri = folder(content) if kind == "folder" else content
    commit(content)
    run(tmp_path / "w", uri, batch_bytes=batch_bytes)
    for round_ in range(rounds):
        for _ in range(chance.randint(1, 6)):
            change_something(content, chance)
        commit(content)
        report = run(tmp_path / "w", uri, batch_bytes=batch_bytes, accept_drop=True)
        assert report.error is None
        assert all(account.closes for account in report.sources)
        assert parquet_differences(tmp_path / "w") == {}, f"round {round_}"
        assert out_of_order(tmp_path / "w") == []
    shutil.copytree(tmp_path / "w", tmp_path / "full", symlinks=True)
    assert run(tmp_path / "full", uri, full_refresh=True, batch_bytes=batch_bytes).state == "loaded"
    assert differences(tmp_path / "w", tmp_path / "full") == {}


def test_a_part_holds_the_texts_of_its_own_documents_only(tmp_path, content, monkeypatch):
    monkeypatch.setattr(extract, "PART_BYTES", 7_000)
    run(tmp_path / "w", folder(content))
    files = sorted((tmp_path / "w" / "current" / "parquet" / "related_articles").glob("*.parquet"))
    assert len(files) > 1
    for file in files:
        with pq.ParquetFile(file, read_dictionary=["title"], arrow_extensions_enabled=False) as parquet:
            titles = parquet.read()["title"].combine_chunks()
        assert set(titles.dictionary.to_pylist()) == set(titles.to_pylist()) - {None}


def change_something(content: Path, chance: random.Random) -> None:
    files = sorted(
        file for file in content.rglob("*.*") if ".git" not in file.parts and file.suffix in (".md", ".yaml")
    )
    file = chance.choice(files)
    match chance.randrange(6):
        case 0:
            file.unlink()
        case 1:
            file.rename(file.with_name(f"renamed-{chance.randrange(10**6)}{file.suffix}"))
        case 2:
            number = chance.randrange(10**6)
            text = NEWS.format(title=f"story-{number}", related=f"story-{chance.randrange(10**6)}")
            (content / "_news" / f"2026-05-05-story-{number}.md").write_text(text)
        case 3:
            file.write_bytes(file.read_bytes().replace(b"title:", b"title: Changed\nformer:", 1))
        case 4:
            file.write_bytes(file.read_bytes().replace(b"webUrl:", b"otherUrl:"))
        case 5:
            file.write_bytes(b'---\ntitle: "never closed\n---\n')


def test_related_articles_follow_records_that_come_and_go(tmp_path, content):
    a = content / "_news" / "2026-05-05-a.md"
    b = content / "_news" / "2026-05-06-b.md"
    a.write_text(NEWS.format(title="a", related="b?utm_source=x"))
    linked = """
        SELECT t.path FROM related_articles AS e JOIN records AS r USING (record_id)
        LEFT JOIN records AS t ON t.record_id = e.related_record_id WHERE r.path LIKE '%05-a.md'
    """
    run(tmp_path / "w", folder(content), batch_bytes=20_000)
    assert rows(tmp_path / "w", linked) == [(None,)]
    b.write_text(NEWS.format(title="b", related="nowhere"))
    report = run(tmp_path / "w", folder(content), batch_bytes=20_000)
    assert report.sources[0].loaded == 1
    assert rows(tmp_path / "w", linked) == [("_news/2026-05-06-b.md",)]
    assert parquet_differences(tmp_path / "w") == {}
    b.unlink()
    run(tmp_path / "w", folder(content), batch_bytes=20_000)
    assert rows(tmp_path / "w", linked) == [(None,)]
    assert parquet_differences(tmp_path / "w") == {}


def test_unchanged_parquet_files_are_linked_not_written(tmp_path, content):
    run(tmp_path / "w", folder(content), batch_bytes=20_000)
    before = inodes(tmp_path / "w")
    edit(next(content.glob("_people/*.md")), "---\n", "---\nheat: 12\n")
    run(tmp_path / "w", folder(content), batch_bytes=20_000)
    after = inodes(tmp_path / "w")
    assert after["topics/topics.parquet"] == before["topics/topics.parquet"]
    changed = {name for name in after if after[name] != before.get(name)}
    assert sum(name.startswith("raw.documents/") for name in changed) == 1
    assert "records/records.parquet" in changed


def inodes(warehouse: Path) -> dict[str, int]:
    parquet = (warehouse / "current").resolve() / "parquet"
    return {file.relative_to(parquet).as_posix(): file.stat().st_ino for file in parquet.rglob("*.parquet")}


def test_two_sources_share_a_warehouse_and_one_may_be_refreshed_alone(tmp_path, content):
    other = Path(shutil.copytree(SAMPLE, tmp_path / "other"))
    run(tmp_path / "w", folder(content), folder(other))
    edit(next(content.glob("_people/*.md")), "---\n", "---\nheat: 12\n")
    report = run(tmp_path / "w", folder(content))
    assert report.sources[0].loaded == 1
    assert rows(tmp_path / "w", "SELECT source, count(*) FROM records GROUP BY ALL ORDER BY ALL") == [
        ("source0", 76),
        ("source1", 76),
    ]
    alone = run(tmp_path / "w", folder(content), full_refresh=True)
    assert alone.sources[0].loaded == 76
    assert rows(tmp_path / "w", "SELECT source, count(*) FROM records GROUP BY ALL ORDER BY ALL") == [
        ("source0", 76),
        ("source1", 76),
    ]
    assert parquet_differences(tmp_path / "w") == {}


def test_a_mended_file_is_loaded_and_leaves_the_rejects(tmp_path, loaded):
    [(broken, line)] = rows(tmp_path / "w", "SELECT path, line FROM meta.rejects WHERE reason = 'yaml_syntax'")
    assert line == 4
    (loaded / broken).write_text("---\ntitle: Mended\n---\n")
    run(tmp_path / "w", folder(loaded))
    assert rows(tmp_path / "w", f"SELECT title FROM records WHERE path = '{broken}'") == [("Mended",)]
    assert rows(tmp_path / "w", "SELECT count(*) FROM meta.rejects") == [(1,)]


def test_too_many_rejects_publish_nothing(tmp_path, loaded):
    first = current(tmp_path / "w")
    for file in sorted(loaded.glob("_news/*.md"))[:12]:
        file.write_text("---\ntitle: [\n---\n")
    report = run(tmp_path / "w", folder(loaded))
    assert report.state == "failed"
    assert "could not be read" in report.error and "source0" in report.error
    assert current(tmp_path / "w") == first


def test_a_sudden_drop_publishes_nothing_unless_accepted(tmp_path, loaded):
    shutil.rmtree(loaded / "_news")
    report = run(tmp_path / "w", folder(loaded))
    assert report.state == "failed" and "--accept-drop" in report.error
    assert rows(tmp_path / "w", "SELECT count(*) FROM records WHERE collection = 'news'") == [(30,)]
    accepted = run(tmp_path / "w", folder(loaded), accept_drop=True)
    assert accepted.state == "loaded"
    assert rows(tmp_path / "w", "SELECT count(*) FROM records WHERE collection = 'news'") == [(0,)]


def test_a_source_that_is_gone_fails_the_run_with_words(tmp_path, loaded):
    first = current(tmp_path / "w")
    report = run(tmp_path / "w", folder(tmp_path / "nowhere"))
    assert report.state == "failed" and "source0" in report.error
    assert current(tmp_path / "w") == first
    assert run(tmp_path / "w", folder(loaded)).state == "unchanged"


def test_drift_is_reported_with_its_first_run(tmp_path, loaded):
    known = rows(tmp_path / "w", "SELECT field, first_run_id FROM meta.drift ORDER BY field")
    assert ("readingMinutes",) in [row[:1] for row in known]
    edit(next(loaded.glob("_people/*.md")), "---\n", "---\nunforeseen: 12\n")
    prose = "A sentence that goes on and on until there is a colon in it, which makes it a key of its own"
    for file in sorted(loaded.glob("_news/*.md"))[:3]:
        edit(file, "---\n", f"---\nmood: calm\n{prose}: x\n")
    edit(file, "---\n", "---\nadded: 1\n")
    report = run(tmp_path / "w", folder(loaded))
    assert report.drift == {"news": [f"{prose[:79]}…", "mood", "added"], "people": ["unforeseen"]}
    now = rows(tmp_path / "w", "SELECT field, first_run_id FROM meta.drift ORDER BY field")
    assert now == sorted([*known, *((field, report.run_id) for field in ("unforeseen", "mood", prose, "added"))])


def test_damage_is_moved_aside_and_made_anew(tmp_path, loaded):
    shutil.copytree(tmp_path / "w", tmp_path / "copy", symlinks=True)
    (tmp_path / "w" / "state" / "ledger.sqlite").write_bytes(b"no ledger")
    report = run(tmp_path / "w", folder(loaded))
    assert report.state == "unchanged" and "ledger was damaged" in report.notes[0]
    database = (tmp_path / "w" / "current").resolve() / "warehouse.duckdb"
    database.write_bytes(database.read_bytes()[:5000])
    report = run(tmp_path / "w", folder(loaded))
    assert report.state == "loaded" and "damaged" in report.notes[0]
    assert differences(tmp_path / "w", tmp_path / "copy", frozenset({"first_seen_at", "first_run_id"})) == {}


@pytest.mark.parametrize("full_refresh", [False, True])
def test_a_database_that_looks_whole_but_cannot_be_built_on_is_made_anew(tmp_path, loaded, full_refresh):
    database = (tmp_path / "w" / "current").resolve() / "warehouse.duckdb"
    database.write_bytes(bytes(8192) + database.read_bytes()[8192:])
    edit(next(loaded.glob("_people/*.md")), "---\n", "---\nheat: 12\n")
    report = run(tmp_path / "w", folder(loaded), full_refresh=full_refresh)
    assert report.state == "loaded" and "was damaged" in report.notes[0]
    run(tmp_path / "anew", folder(loaded))
    assert differences(tmp_path / "w", tmp_path / "anew", TIMES) == {}


def test_a_ledger_that_cannot_be_written_costs_no_snapshot(tmp_path, loaded, monkeypatch):
    monkeypatch.setattr("matterhouse.warehouse.ledger._SECONDS_TO_WAIT", 0.1)
    edit(next(loaded.glob("_people/*.md")), "---\n", "---\nheat: 12\n")
    with Run(config.load(None, [f"source0={folder(loaded)}"], tmp_path / "w")) as ours:
        for stage in ours.stages():
            if stage.__name__ == "publish":
                other = sqlite3.connect(Layout(tmp_path / "w").ledger, isolation_level=None)
                other.execute("BEGIN IMMEDIATE")
            stage()
    other.close()
    assert ours.report.state == "loaded"
    assert ours.report.notes == ["the ledger could not be written: database is locked"] * 2
    after = run(tmp_path / "w", folder(loaded))
    assert after.state == "unchanged" and "made anew from snapshot" in after.notes[0]
    assert rows(tmp_path / "w", "SELECT count(*) FROM meta.runs") == [(2,)]
    states = [entry["state"] for entry in Ledger(Layout(tmp_path / "w").ledger).runs()]
    assert states == ["loaded", "loaded", "unchanged"]


def test_one_run_at_a_time(tmp_path, content):
    with exclusive(Layout(tmp_path / "w")), pytest.raises(Locked, match="since"):
        run(tmp_path / "w", folder(content))


def test_runs_are_remembered_also_those_that_published_nothing(tmp_path, content):
    first = run(tmp_path / "w", folder(content))
    run(tmp_path / "w", folder(content))
    failed = run(tmp_path / "w", folder(tmp_path / "nowhere"))
    edit(next(content.glob("_people/*.md")), "---\n", "---\nheat: 12\n")
    run(tmp_path / "w", folder(content))
    states = rows(tmp_path / "w", "SELECT state, error FROM meta.runs ORDER BY started_at")
    assert states == [("loaded", None), ("unchanged", None), ("failed", failed.error), ("loaded", None)]
    assert rows(tmp_path / "w", f"SELECT snapshot_id FROM meta.runs WHERE run_id = '{first.run_id}'") == [
        (first.snapshot,)
    ]
