"""Data files of many records, from end to end: their rows come, change and go with the file, in full and small loads."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from matterhouse.engine.run import Report, refresh
from matterhouse.engine.validation import Validation
from matterhouse.settings import loading
from tests.sources.conftest import Repository
from tests.warehouses import TIMES, differences, parquet_differences, rows

RECORDS = "SELECT path, collection, slug, title, item_position FROM records ORDER BY path"
PEOPLE = "- name: Anna\n  born: 0123\n- name: Ben\n"
BAD = "- name: Anna\n- secured text\n- name: Ben\n-\n"
ARTICLE = "- title: {0}\n  webUrl: https://coast.example/{0}\n  related:\n  - title: x\n    webUrl: https://coast.example/{1}\n"
# What changes from one run to the next: a text is written, None removes the file.
STEPS = {
    "grows": [PEOPLE, PEOPLE + "- name: Cem\n"],
    "shrinks": [PEOPLE, "- name: Anna\n  born: 0123\n"],
    "is put in another order": [PEOPLE, "- name: Ben\n- name: Anna\n  born: 0123\n"],
    "becomes one record and a list again": [PEOPLE, "name: Anna\n", PEOPLE],
    "gets keys": [
        PEOPLE,
        "anna: {name: Anna, born: 0123}\nben: {name: Ben}\n",
        "ben: {name: Ben}\nanna: {name: Anna}\n",
    ],
    "goes and comes back": [PEOPLE, None, PEOPLE],
    "breaks and is mended": [PEOPLE, "- name: [\n", PEOPLE],
    "loses all its mappings": [PEOPLE, "- Anna\n", PEOPLE],
    "gets a bad item and loses it": [PEOPLE, BAD, PEOPLE],
    "is linked to and links elsewhere": [
        ARTICLE.format("a", "b") + ARTICLE.format("b", "page"),
        ARTICLE.format("b", "page") + ARTICLE.format("c", "b"),
    ],
}


def run(warehouse: Path, content: Path, more: str = "", **options) -> Report:
    file = content.parent / "matterhouse.yml"
    file.write_text(f"sources:\n  site:\n    uri: folder:{content}\n{more}")
    report = refresh(loading.load(file, [], warehouse), accept_drop=True, **options)
    assert report.error is None, report.error
    return report


def write(content: Path, files: dict[str, str | None]) -> None:
    for path, text in files.items():
        file = content / path
        if text is None:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.stat().st_mtime_ns if file.exists() else 0
        file.write_text(text, encoding="utf-8")
        os.utime(file, ns=(before + 1, before + 1))


def test_every_format_and_folder_of_data_files(tmp_path):
    content = tmp_path / "content"
    write(
        content,
        {
            "_data/people.yml": PEOPLE,
            "src/_data/authors.yaml": "anna: {title: A}\nb/c#d: {title: B}\n",
            "data/team/crew.toml": '[[crew]]\ntitle = "x"\nsize = 1e3\n',
            "docs/data/fr/menu.json": '[{"title": "Accueil", "slug": "home"}]',
            "_data/organizations/quay.yml": "name: Quay\ndomain: quay.example\n",
            "_data/navigation.yml": "main: [{title: a}]\nfooter: [{title: b}]\n",
            "_data/words.yml": "[a, b]\n",
            "_posts/2020-01-02-c#.md": "---\ntitle: C sharp\n---\n",
        },
    )
    report = run(tmp_path / "w", content)
    assert rows(tmp_path / "w", RECORDS) == [
        ("_data/navigation.yml", "data", "navigation", None, None),
        ("_data/organizations/quay.yml", "organizations", "quay", "Quay", None),
        ("_data/people.yml#0", "people", "people-0", "Anna", 0),
        ("_data/people.yml#1", "people", "people-1", "Ben", 1),
        ("_posts/2020-01-02-c#.md", "posts", "c#", "C sharp", None),
        ("data/team/crew.toml#0", "team", "crew-0", "x", 0),
        ("docs/data/fr/menu.json#0", "menu", "home", "Accueil", 0),
        ("src/_data/authors.yaml#anna", "authors", "anna", "A", 0),
        ("src/_data/authors.yaml#b%2Fc%23d", "authors", "b%2Fc%23d", "B", 1),
    ]
    [account] = report.sources
    assert (account.found, account.loaded, account.skipped, account.records) == (8, 7, 1, 9)
    files = "SELECT path, reason, records FROM meta.files WHERE records <> 1 ORDER BY path"
    assert rows(tmp_path / "w", files) == [
        ("_data/people.yml", None, 2),
        ("_data/words.yml", "no_mapping", 0),
        ("src/_data/authors.yaml", None, 2),
    ]
    assert rows(tmp_path / "w", "SELECT born FROM content.people") == [("0123",), (None,)]
    assert rows(tmp_path / "w", "SELECT value FROM raw.scalars WHERE path = 'size'") == [("1e3",)]
    joined = "SELECT count(*) FROM meta.files JOIN raw.documents ON documents.file_id = files.record_id"
    assert rows(tmp_path / "w", joined) == [(9,)]


def test_rows_of_a_list_stand_in_its_order(tmp_path):
    write(tmp_path / "content", {"_data/menu.yml": "".join(f"- text: item {number}\n" for number in range(12))})
    run(tmp_path / "w", tmp_path / "content")
    expected = [(f"item {number}",) for number in range(12)]
    assert rows(tmp_path / "w", "SELECT text FROM content.menu") == expected
    folder = (tmp_path / "w" / "current").resolve() / "parquet" / "raw.scalars"
    assert rows(tmp_path / "w", f"SELECT value FROM read_parquet('{folder}/*.parquet')") == expected


def test_a_bad_item_is_told_with_its_place_and_costs_no_good_one(tmp_path):
    write(tmp_path / "content", {"_data/people.yml": BAD})
    report = run(tmp_path / "w", tmp_path / "content")
    [account] = report.sources
    assert (account.loaded, account.rejected, account.records, report.rejected_items) == (1, 0, 2, 2)
    assert rows(tmp_path / "w", "SELECT title FROM records ORDER BY path") == [("Anna",), ("Ben",)]
    rejects = 'SELECT path, line, "column", reason, excerpt FROM meta.rejects ORDER BY path'
    hidden = "(not shown: the file mentions secured values)"
    assert rows(tmp_path / "w", rejects) == [
        ("_data/people.yml#1", 2, 3, "not_a_mapping", hidden),
        ("_data/people.yml#3", 4, 2, "not_a_mapping", hidden),
    ]
    unread = "SELECT path FROM raw.documents WHERE front_matter IS NULL ORDER BY path"
    assert rows(tmp_path / "w", unread) == [("_data/people.yml#1",), ("_data/people.yml#3",)]
    page = ((tmp_path / "w" / "current").resolve() / "report.md").read_text()
    assert "0 files and 2 items of data files that could not be read" in page


def test_a_file_of_nothing_but_bad_items_costs_no_other_file(tmp_path):
    write(tmp_path / "content", {"_data/x.yml": "a: 1\nb: [c]\n", "_data/people.yml": PEOPLE})
    for records, text in ((2, None), (3, "a: {name: Cem}\nb: [c]\n"), (2, "a: 1\nb: [c]\n")):
        write(tmp_path / "content", {"_data/x.yml": text} if text else {})
        report = run(tmp_path / "w", tmp_path / "content", "    data_files: {_data/x.yml: items}\n")
        assert (report.sources[0].records, report.rejected_items) == (records, 4 - records)
    told = "SELECT path, line, reason FROM meta.rejects ORDER BY path"
    assert rows(tmp_path / "w", told) == [
        ("_data/x.yml#a", 1, "not_a_mapping"),
        ("_data/x.yml#b", 2, "not_a_mapping"),
    ]
    assert rows(tmp_path / "w", "SELECT path, outcome, records FROM meta.files ORDER BY path") == [
        ("_data/people.yml", "loaded", 2),
        ("_data/x.yml", "loaded", 0),
    ]


def test_a_file_that_is_named_like_an_item_is_told_by_its_own_line(tmp_path):
    """Both have the path ``_data/x.yml#0.yml``."""
    items = "a: {size: 1}\n\n0.yml: {size: 2, width: [3], related: [{images: [{url: u, width: w}]}]}\n"
    write(
        tmp_path / "content",
        {"_data/x.yml": items, "_data/x.yml#0.yml": "related:\n- images:\n  - url: u\n    width: w\n"},
    )
    settings = "    data_files: {_data/x.yml: items}\n"
    run(tmp_path / "w", tmp_path / "content", settings)
    told = "SELECT line, field, file_id = record_id FROM meta.field_errors JOIN raw.documents USING (record_id)"
    field = "related[0].images[0].width"
    assert sorted(rows(tmp_path / "w", told)) == [(3, field, False), (4, field, True)]
    found = Validation(loading.load(tmp_path / "matterhouse.yml"), tmp_path).findings()
    assert sorted((each.path, each.line) for each in found) == [("_data/x.yml", 3), ("_data/x.yml#0.yml", 4)]


def test_the_settings_say_what_a_data_file_holds(tmp_path):
    content = tmp_path / "content"
    write(
        content,
        {"_data/theme.yml": "light: {back: w, text: b}\ndark: {back: b, text: w}\n", "_data/x.json": '{"a": {"b": 1}}'},
    )
    run(tmp_path / "w", content)
    assert [path for path, *_ in rows(tmp_path / "w", RECORDS)] == [
        "_data/theme.yml#dark",
        "_data/theme.yml#light",
        "_data/x.json",
    ]
    report = run(tmp_path / "w", content, "    data_files: {_data/theme.yml: record, '_data/*.json': items}\n")
    assert report.sources[0].loaded == 2
    assert [path for path, *_ in rows(tmp_path / "w", RECORDS)] == ["_data/theme.yml", "_data/x.json#a"]


def test_configured_collections_are_of_files(tmp_path):
    write(tmp_path / "content", {"_data/people.yml": PEOPLE})
    run(tmp_path / "w", tmp_path / "content", "    collections: {crew: ['_data/people.yml']}\n")
    assert rows(tmp_path / "w", "SELECT DISTINCT collection FROM records") == [("crew",)]


@pytest.mark.slow
def test_a_file_of_records_takes_its_rows_with_it(tmp_path):
    """Every file goes its way at once: each run compares all of them with a full load."""
    content = tmp_path / "content"
    page = "---\ntitle: Page\nwebUrl: https://coast.example/page\nrelated: [{webUrl: https://coast.example/b}]\n---\n"
    write(content, {"a.md": page, "data/menu.json": '[{"title": "M"}, {"title": "N"}]'})
    for number in range(3):
        write(content, {f"_data/{name}.yml": texts[number] for name, texts in STEPS.items() if number < len(texts)})
        run(
            tmp_path / "steps", content, "retention: {unreadable: 0d}\n"
        )  # as a full load, which knows of no earlier records
        run(tmp_path / f"whole{number}", content)
        assert differences(tmp_path / "steps", tmp_path / f"whole{number}", without=TIMES) == {}
        assert parquet_differences(tmp_path / "steps") == {}
    assert run(tmp_path / "steps", content).state == "unchanged"


def test_a_repository_gives_what_its_folder_gives_commit_by_commit(tmp_path):
    repository = Repository(tmp_path / "content")
    for text in (BAD, "anna: {name: Anna}\nben: {name: Ben}\n", PEOPLE + "- name: Cem\n"):
        repository.commit({"_data/people.yml": text, "a.md": "---\ntitle: a\n---\n"})
        report = refresh(loading.load(None, [f"site={repository}"], tmp_path / "git"), accept_drop=True)
        assert report.error is None, report.error
    run(tmp_path / "folder", repository.folder)
    without = TIMES | {"modified_ns"}
    assert differences(tmp_path / "git", tmp_path / "folder", without=without) == {}
    assert len(rows(tmp_path / "git", RECORDS)) == 4


NAMES = st.sampled_from(["Anna", "Ben", "012", "", "é", "2020-01-02"])
RECORD = st.dictionaries(
    st.sampled_from(["name", "born", "tags", "x.y"]), NAMES | st.lists(NAMES, max_size=2), max_size=3
)
ITEMS = st.lists(RECORD | st.none() | NAMES, max_size=5)
KEYED = st.dictionaries(st.sampled_from(["anna", "0", "a/b", "é#", "", "%2F"]), RECORD, max_size=4)
FILES = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("_data/a.json", "_data/b/c.json", "data/d.json"), ITEMS | KEYED)
)


@pytest.mark.slow
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # runs take long: a failing example is not made smaller
)
@given(st.lists(FILES, min_size=2, max_size=4))
def test_small_loads_agree_with_a_full_one_however_lists_change(states):
    import json

    with TemporaryDirectory() as folder:
        content = Path(folder) / "content"
        write(content, {"a.md": "---\ntitle: a\n---\n"})
        before: set[str] = set()
        for state in states:
            gone = dict.fromkeys(before - state.keys())
            write(content, gone | {path: json.dumps(value) for path, value in state.items()})
            run(Path(folder) / "steps", content)
            before = set(state)
        run(Path(folder) / "whole", content)
        assert differences(Path(folder) / "steps", Path(folder) / "whole", without=TIMES) == {}
        assert parquet_differences(Path(folder) / "steps") == {}
