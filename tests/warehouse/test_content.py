"""The tables that content makes, by whole runs."""

import json
import math
from datetime import UTC, date, datetime

import pyarrow.parquet as pq
import pytest

from tests.warehouse.sites import Site
from tests.warehouses import TIMES, differences, parquet_differences


@pytest.fixture
def site(tmp_path) -> Site:
    return Site(tmp_path)


POSTS = {
    "posts/one.md": """
title: One
date: 2024-01-02
draft: false
weight: 3
rating: 4.5
pageType: guide
ms: {date: 2020-05-05}
ms.date: 05/05/2020
labels: [sea, fog]
gallery:
- src: a.png
  sizes: [1, 2]
- src: b.png
menu: {main: {name: First}}
""",
    "posts/two.md": """
title: Two
date: 2024-01-03T10:00:00+02:00
draft: true
weight: 12
rating: 4
labels: sea
zip: 0123
country: NO
""",
    "notes/three.md": "title: Three\ncountry: DE",
    "about.md": "title: About",
}


def test_a_collection_has_a_table_with_a_typed_column_per_path(site):
    site.load(POSTS)
    assert site.names() == ["notes", "posts", "posts_gallery", "posts_gallery_sizes", "posts_labels", "root"]
    assert site.types("posts") == {
        "country": "BOOLEAN",
        "date": "TIMESTAMP WITH TIME ZONE",
        "draft": "BOOLEAN",
        "menu_main_name": "VARCHAR",
        "ms_date": "DATE",
        "ms_date_2": "VARCHAR",
        "page_type": "VARCHAR",
        "rating": "DOUBLE",
        "title": "VARCHAR",
        "weight": "BIGINT",
        "zip": "VARCHAR",
    }
    columns = "title, date, draft, weight, rating, page_type, ms_date, ms_date_2, menu_main_name, zip, country"
    assert site.rows(f"SELECT {columns} FROM content.posts ORDER BY title") == [
        ("One", datetime(2024, 1, 2, tzinfo=UTC), False, 3, 4.5, "guide", date(2020, 5, 5), "05/05/2020", "First",
         None, None),
        ("Two", datetime(2024, 1, 3, 8, tzinfo=UTC), True, 12, 4.0, None, None, None, None, "0123", False),
    ]  # fmt: skip
    assert site.rows("SELECT country FROM content.notes") == [("DE",)]
    assert site.rows("SELECT title FROM content.root") == [("About",)]


def test_lists_have_tables_of_their_own_and_a_single_value_is_a_list_of_one(site):
    site.load(
        POSTS
        | {"posts/four.md": "series: {name: Sea}", "posts/five.md": "series: [{name: Fog}, {name: Tide, part: 2}]"}
    )
    titled = "FROM content.{} JOIN records USING (record_id) ORDER BY ALL"
    assert site.rows("SELECT slug, position, src " + titled.format("posts_gallery")) == [
        ("one", 0, "a.png"),
        ("one", 1, "b.png"),
    ]
    assert site.rows("SELECT slug, gallery_position, position, value " + titled.format("posts_gallery_sizes")) == [
        ("one", 0, 0, 1),
        ("one", 0, 1, 2),
    ]
    assert site.rows("SELECT slug, position, name, part " + titled.format("posts_series")) == [
        ("five", 0, "Fog", None),
        ("five", 1, "Tide", 2),
        ("four", 0, "Sea", None),
    ]


TYPES = [
    (["1", "-2"], "BIGINT"),
    (["1", "2.5"], "DOUBLE"),
    (["1.1", "1.10"], "VARCHAR"),
    (["1.5", "2.50"], "DOUBLE"),
    (["12345678901234567"], "BIGINT"),
    (["-9223372036854775808", "9223372036854775807"], "BIGINT"),
    (["12345678901234567", "0.5"], "VARCHAR"),
    (["12345678901234567890"], "VARCHAR"),
    (["0123"], "VARCHAR"),
    (["12:30"], "VARCHAR"),
    (["1_000"], "BIGINT"),
    ([".inf", "-.inf", ".nan", "1.5"], "DOUBLE"),
    (["0x1F", "0b101", "+5", "-1_0"], "BIGINT"),
    (["0x1F", "0.5"], "DOUBLE"),
    (["0xFFFFFFFFFFFFFFFF"], "VARCHAR"),
    (["0o17"], "VARCHAR"),
    (["'1'"], "VARCHAR"),
    (["1", "'1'"], "VARCHAR"),
    (["true", "NO", "off"], "BOOLEAN"),
    (["NO", "DE"], "VARCHAR"),
    (["2024-01-02", "'2024-01-03'"], "DATE"),
    (["2024-13-45"], "VARCHAR"),
    (["2024-01-02", "2024-01-02 10:00:00 -4"], "TIMESTAMP WITH TIME ZONE"),
    (["'2024-01-02T10:00:00Z'"], "TIMESTAMP WITH TIME ZONE"),
    (["2024-01-02", "soon"], "VARCHAR"),
    (["0000-01-01"], "VARCHAR"),
    (["", "1"], "BIGINT"),
]


def test_a_columns_type_is_the_narrowest_that_all_values_fit(site):
    longest = max(len(values) for values, _ in TYPES)
    site.load(
        {
            f"posts/{number}.md": "\n".join(
                f"case{case}: {values[number]}" for case, (values, _) in enumerate(TYPES) if number < len(values)
            )
            for number in range(longest)
        }
    )
    types = site.types("posts")
    assert [(values, types[f"case{case}"]) for case, (values, _) in enumerate(TYPES)] == TYPES


def test_numbers_of_toml_and_yaml_have_their_value_however_they_are_written(site):
    toml = "hex = 0xDEAD_beef\noct = 0o755\nbin = 0b1101\nlong = 1_000_000\ninf = -inf\nmixed = 0x10"
    yaml = "hex: 0x1F\nbin: 0b11\nlong: +1_0\ninf: .INF\nmixed: 0.5"
    site.load({"posts/a.md": f"+++\n{toml}\n+++\n", "posts/b.md": yaml})
    types = site.types("posts")
    assert types == {
        "bin": "BIGINT", "hex": "BIGINT", "inf": "DOUBLE", "long": "BIGINT", "mixed": "DOUBLE", "oct": "BIGINT",
    }  # fmt: skip
    assert site.rows('SELECT hex, oct, bin, "long", inf, mixed FROM content.posts ORDER BY hex') == [
        (31, None, 3, 10, math.inf, 0.5),
        (0xDEADBEEF, 0o755, 0b1101, 1_000_000, -math.inf, 16.0),
    ]
    assert site.rows("SELECT value FROM raw.scalars WHERE path = 'hex' ORDER BY 1") == [("0x1F",), ("0xDEAD_beef",)]


def test_a_block_of_text_keeps_its_line_end_everywhere(site):
    site.load({"posts/a.md": "title: >\n  Fog\n  at sea\ndescription: |-\n  It hums.\nmood: |\n  calm\n"})
    assert site.rows("SELECT title, description FROM records") == [("Fog at sea\n", "It hums.")]
    assert site.rows("SELECT title, mood FROM content.posts") == [("Fog at sea\n", "calm\n")]
    assert site.rows("SELECT rtrim(title, chr(10)) FROM records") == [("Fog at sea",)]


def test_an_offset_of_one_digit_is_read_as_hours(site):
    site.load({"posts/a.md": "start: 2015-03-17 10:00:00 -4"})
    assert site.rows("SELECT start FROM content.posts") == [(datetime(2015, 3, 17, 14, tzinfo=UTC),)]


def test_comments_tell_path_share_and_example_and_are_in_parquet_and_manifest(site):
    site.load(POSTS)
    comment = 'In 1 of 2 documents (50.0%), such as 05/05/2020. From: "ms.date".'
    query = "SELECT comment FROM duckdb_columns() WHERE schema_name = 'content' AND column_name = 'ms_date_2'"
    assert site.rows(query) == [(comment,)]
    snapshot = (site.warehouse / "current").resolve()
    schema = pq.read_schema(snapshot / "parquet" / "content.posts" / "posts.parquet")
    assert schema.field("ms_date_2").metadata[b"comment"].decode() == comment
    described = json.loads((snapshot / "manifest.json").read_text())["tables"]["content.posts_labels"]
    assert described["rows"] == 3
    assert described["comment"] == (
        "One row per item of labels in 2 documents of the collection posts. Key: record_id, position."
    )
    assert parquet_differences(site.warehouse) == {}


HOSTILE = {
    "po\"sts; DROP TABLE records; --/it's.md": """
"it's \\"quoted\\"; DROP TABLE records": "'; DROP TABLE records; --"
"[]": 1
"": 2
"*": 3
"a\\nb": 4
order: select
record_id: mine
Ünï: ü
secured: dG9w;c2VjcmV0
nested: {secured: dG9w, list: [{secured: dG9w, open: 1}]}
"""
    + f"{'long ' * 40}: prose\n"
}


def test_names_from_front_matter_reach_sql_only_as_names(site):
    site.load(HOSTILE)
    assert site.names() == [
        "po_sts_drop_table_records",
        "po_sts_drop_table_records_nested_list",
        "po_sts_drop_table_records_other",
    ]
    assert site.rows(
        'FROM content.po_sts_drop_table_records SELECT it_s_quoted_drop_table_records, "order", record_id_2, ünï'
    ) == [("'; DROP TABLE records; --", "select", "mine", "ü")]
    other = site.rows("SELECT path, type, value FROM content.po_sts_drop_table_records_other ORDER BY path")
    assert other == sorted(
        [
            ('""', "int", "2"),
            ('"*"', "int", "3"),
            ('"[]"', "int", "1"),
            ('"a\\nb"', "int", "4"),
            (("long " * 40).strip(), "str", "prose"),
        ]
    )
    everything = (site.warehouse / "current").resolve()
    manifest = (everything / "manifest.json").read_text()
    assert "dG9w" not in manifest
    assert site.rows("SELECT count(*) FROM raw.scalars WHERE value LIKE '%dG9w%'") == [(0,)]


def test_collections_whose_tables_could_have_one_name_are_told_apart(site):
    site.load(
        {
            "posts/a.md": "labels: [x]\nlabels_list: [y]",
            "posts_labels/b.md": "list: [z]",
            "Posts/c.md": "colour: red",
        }
    )
    assert site.names() == [
        "posts",
        "posts_2",
        "posts_2_labels",
        "posts_2_labels_list",
        "posts_labels",
        "posts_labels_list",
    ]


def test_a_run_writes_only_those_tables_anew_whose_rows_changed(site):
    site.load(POSTS)
    before = files(site)
    site.load({"posts/two.md": POSTS["posts/two.md"].replace("weight: 12", "weight: 13")})
    after = files(site)
    assert {"content.notes", "content.root"} < {name for name in after if before[name] == after[name]}
    assert {name for name in after if before[name] != after[name]} == {"content.posts"}
    assert differences(*fresh(site), without=TIMES) == {}
    (site.content / "posts" / "two.md").write_text(
        "---\n" + POSTS["posts/two.md"].replace("weight: 12", "weight: 13") + "---\nother body\n"
    )
    assert site.load({}).sources[0].loaded == 1
    assert files(site) == after


def files(site: Site) -> dict[str, int]:
    """The inodes of the Parquet files of schema ``content``."""
    folders = (site.warehouse / "current").resolve().glob("parquet/content.*")
    return {folder.name: next(folder.iterdir()).stat().st_ino for folder in folders}


def fresh(site: Site) -> tuple:
    """The site's warehouse, and another that the same content was loaded into at once."""
    other = Site(site.warehouse.parent / f"fresh{len(list(site.warehouse.parent.iterdir()))}")
    other.content.rmdir()
    other.content.symlink_to(site.content)
    other.load({})
    return site.warehouse, other.warehouse


def test_a_column_that_gets_another_type_is_noted_and_told(site):
    first = site.load({"posts/a.md": "weight: 1\nold: x", "posts/b.md": "title: B"})
    assert first.notes == []
    second = site.load({"posts/a.md": "weight: heavy\nlabels: [x]"})
    assert [note for note in second.notes if "content" in note] == [
        "content.posts: weight was BIGINT and is VARCHAR now; meta.schema_changes has all changes"
    ]
    query = "SELECT table_name, column_name, change, type_before, type_now FROM meta.schema_changes ORDER BY ALL"
    changes = [
        ("posts", "old", "removed", "VARCHAR", None),
        ("posts", "weight", "type", "BIGINT", "VARCHAR"),
        ("posts_labels", "position", "added", None, "INTEGER"),
        ("posts_labels", "record_id", "added", None, "VARCHAR"),
        ("posts_labels", "value", "added", None, "VARCHAR"),
    ]
    assert site.rows(query) == changes
    site.load({"posts/a.md": "weight: heavy\nlabels: [y]"})
    site.load({}, full_refresh=True)
    assert site.rows(query) == changes


def keyed(first: int, count: int) -> str:
    """A mapping ``services`` of other keys than documents with another ``first`` have."""
    return "services:\n" + "".join(f"  s{first + number}: {{port: {number}}}\n" for number in range(count))


def test_a_mapping_or_list_whose_shape_flips_is_told(site):
    site.load({f"posts/{number}.md": keyed(number * 2, 2) for number in range(10)} | {"posts/x.md": "labels: sea"})
    assert "services_s0_port" in site.types("posts")
    over = site.load({"posts/10.md": keyed(20, 1), "posts/x.md": "labels: [sea]"})
    hold = "now; a table that you declare keeps its shape, see docs/your-tables.md"
    assert over.notes == [
        f"content.posts: labels was 1 column of content.posts and is a row per item in content.posts_labels {hold}",
        "content.posts: services was 20 columns of content.posts and is a row per key in content.posts_services "
        + hold,
    ]
    assert site.rows("SELECT count(*), min(key) FROM content.posts_services") == [(21, "s0")]
    assert differences(*fresh(site), without=TIMES) == {}
    under = site.load({"posts/10.md": None})
    assert under.notes == [
        "content.posts_services: services was a row per key in content.posts_services and is 20 columns of"
        f" content.posts {hold}"
    ]
    assert differences(*fresh(site), without=TIMES) == {}


def test_tables_go_with_what_they_were_made_of(site):
    site.load(POSTS)
    site.load({"posts/one.md": None, "notes/three.md": None})
    assert site.names() == ["posts", "root"]
    assert differences(*fresh(site), without=TIMES) == {}
    assert not list((site.warehouse / "current").resolve().glob("parquet/content.notes"))


def test_a_new_collection_can_rename_anothers_tables(site):
    site.load({"posts/a.md": "labels_list: [y]"})
    site.load({"posts_labels/b.md": "list: [z]"})
    assert site.names() == ["posts", "posts__labels_list", "posts_labels", "posts_labels_list"]
    assert differences(*fresh(site), without=TIMES) == {}


def test_new_paths_are_told_by_the_number_of_their_documents_and_cut(site):
    report = site.load({"posts/a.md": "rare: 1\nusual: 1\n" + "prose " * 30 + ": x", "posts/b.md": "usual: 2"})
    first, *others = report.drift["posts"]
    assert first == "usual" and set(others) == {"rare", ("prose " * 30)[:79] + "…"}
