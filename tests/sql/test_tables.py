"""The DDL in sql/tables, sql/views and sql/marts: form of the comments, the contract's names, the articles view."""

import re
from pathlib import Path

import duckdb
import pytest

from matterhouse import sql
from matterhouse.sql import schema
from matterhouse.warehouse.schema import create_all
from tests.shared import corpus

REPOSITORY = Path(__file__).parents[2]
RELATIONS = {**schema.tables(), **schema.views()}

# Names that analysts rely on: table or view -> its key, then its other columns.
CONTRACT = {
    "records": (
        "record_id",
        "source collection path slug title excerpt type category published_at web_url original_url amp_url"
        " cdn_amp_url url_key quality heat is_published is_removed is_secured featured_content provider_id"
        " body_length content_hash first_seen_at last_changed_at description updated_at language is_draft weight url",
    ),
    "providers": ("provider_id", "name domain"),
    "provider_images": ("provider_id url", "width height"),
    "provider_publishers": ("record_id position", "name domain"),
    "provider_authors": ("record_id position", "name"),
    "record_topics": ("record_id position", "topic field"),
    "record_authors": ("record_id position", "name url"),
    "record_aliases": ("record_id position", "alias"),
    "record_images": ("record_id position", "url width height title attribution is_cached"),
    "related_articles": (
        "record_id position",
        "title excerpt type quality published_at web_url amp_url cdn_amp_url url_key provider_id related_record_id",
    ),
    "related_entries": (
        "entry_id",
        "title excerpt type quality published_at web_url amp_url cdn_amp_url url_key provider_id related_record_id",
    ),
    "related_links": ("record_id position", "entry_id"),
    "related_entry_images": ("entry_id image_position", "url width height title attribution is_cached"),
    "related_images": ("record_id position image_position", "url width height title attribution is_cached"),
    "learning": ("record_id", "price length length_seconds rating_count rating_average"),
    "learning_levels": ("record_id position", "level"),
    "learning_items": ("record_id position", "item_path item_record_id"),
    "events": ("record_id", "starts_at ends_at website"),
    "people": (
        "record_id",
        "location website affiliation_provider_id twitter_username twitter_url twitter_followers linkedin_url",
    ),
    "communities": ("record_id", "member_count"),
    "record_actions": ("record_id position", "type title attribution url"),
    "organizations": ("record_id", "organization_id name domain description"),
    "organization_names": ("record_id position", "name"),
    "topics": ("record_id", "topic_id name"),
    "topic_keywords": ("record_id position", "keyword"),
    "topic_hashtags": ("record_id position", "hashtag"),
    "articles": ("record_id", "title provider_name provider_domain topics image_count related_count"),
    "raw.documents": ("record_id", "source path format content_hash size_bytes front_matter body"),
    "history.record_versions": (
        "record_id valid_from",
        "valid_to commit_id author_name is_clock_adjusted is_deleted renamed_from title excerpt description type quality heat"
        " is_published is_removed is_secured is_draft published_at updated_at provider_id url web_url original_url amp_url"
        " cdn_amp_url url_key topics related_count image_count content_hash",
    ),
    "history.related_changes": ("record_id url_key first_seen_at", "provider_id last_seen_at last_position"),
    "history.commits": ("source commit_id", "valid_from committed_at changed_file_count version_count"),
    "meta.runs": (
        "run_id",
        "flow_run_id started_at ended_at state trigger version stage_seconds"
        " found loaded unchanged rejected skipped removed",
    ),
    "meta.sources": ("source", "uri ref commit_id listing_digest"),
    "meta.files": ("source path", "size_bytes modified_ns content_hash outcome"),
    "meta.rejects": ("source path", "line column reason message run_id commit_id"),
    "meta.field_errors": ("record_id field", "source path value expected run_id"),
    "meta.drift": ("field", "first_seen_at documents types"),
    "meta.checks": ("run_id name", "severity offending_rows seconds"),
}

# Covered although no repository counted in FIELDS.md has them: the contract gives them a column.
FORESEEN = {
    "images[].attribution",
    "related[].images[].attribution",
    "related[].images[].title",
}


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        create_all(connection)
        yield connection


VIEWS = {f"main/{name}": f"views/{name}" for name in sql.names("views")}
VIEWS |= {f"marts/{name}": f"marts/{name}" for name in sql.names("marts")}


@pytest.mark.parametrize("name", [*sql.names("tables"), *VIEWS])
def test_a_file_declares_what_its_name_says_and_comments_each_column_once(name):
    table = RELATIONS[name.replace("/", ".").removeprefix("main.")]
    kind = "VIEW" if table.qualified in schema.views() else "TABLE"
    text = sql.read(VIEWS.get(name, f"tables/{name}"))
    assert re.findall(r"^CREATE (\w+ \S+)", text, re.M) == [f"{kind} {table.full_name}"]
    assert re.findall(r"^COMMENT ON (?:TABLE|VIEW) (\S+) IS", text, re.M) == [table.full_name]
    commented = re.findall(rf'^COMMENT ON COLUMN {re.escape(table.full_name)}\."?(\w+)"? IS', text, re.M)
    assert commented == list(table.column_names)


@pytest.mark.parametrize("name", RELATIONS)
def test_comments_are_sentences_and_keys_come_first(name):
    table = RELATIONS[name]
    assert table.column_names[: len(table.key)] == table.key
    assert [len(column.comment) < 250 for column in table.columns] == [True] * len(table.columns)
    assert all(column.meaning[0].isupper() and column.meaning.endswith(".") for column in table.columns)


@pytest.mark.parametrize("name", schema.tables())
def test_key_columns_and_no_others_are_not_null(name):
    table = schema.tables()[name]
    assert tuple(column.name for column in table.columns if column.not_null) == table.key


@pytest.mark.parametrize("name", RELATIONS)
def test_a_columns_name_tells_its_type(name):
    types = {
        "_at": "TIMESTAMP WITH TIME ZONE",
        "_date": "DATE",
        "_count": "BIGINT",
        "_bytes": "BIGINT",
        "_url": "VARCHAR",
        "_id": "VARCHAR",
        "position": "INTEGER",
    }
    for column in RELATIONS[name].columns:
        for ending, type in types.items():
            assert not column.name.endswith(ending) or column.type == type, column
        assert column.name.startswith("is_") == (column.type == "BOOLEAN") or column.name == "full_refresh", column


@pytest.mark.parametrize("name", CONTRACT)
def test_the_contracts_names_are_there(name):
    key, others = (names.split() for names in CONTRACT[name])
    assert list(RELATIONS[name].key) == key
    assert set(others) <= set(RELATIONS[name].column_names)


def test_every_field_of_real_repositories_has_a_column():
    covered = schema.covered_paths()
    fields = _fields()
    values = {path for path, types in fields.items() if types - {"list", "dict"}}
    assert sorted(path for path in values if not _is_covered(path, covered)) == []
    within = tuple(re.split(r"(?=[.\[])", path) for path in covered)
    for path in fields.keys() - values:
        parts = re.split(r"(?=[.\[])", path)
        assert any(longer[: len(parts)] == parts for longer in within), path


def test_no_column_comes_from_a_field_that_nobody_has():
    fields = _fields()
    covered = {path for path in schema.covered_paths() if not path.endswith(".*")}
    assert covered - fields.keys() - _of_other_generators() == FORESEEN


def _of_other_generators() -> set[str]:
    """The paths of columns and tables that are made for sites of all kinds, which the family need not have."""
    names = {"description", "updated_at", "language", "is_draft", "weight", "url", "slug", "published_at"}
    columns = [column for column in schema.tables()["records"].columns if column.name in names]
    tables = ("record_topics", "record_authors", "record_aliases")
    columns += [column for name in tables for column in schema.tables()[name].columns]
    return {path for column in columns for path in column.paths}


def test_comments_survive_closing_the_file(tmp_path):
    with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
        create_all(connection)
    with duckdb.connect(tmp_path / "warehouse.duckdb", read_only=True) as connection:
        rows = connection.execute(sql.read("catalog")).fetchall()
    comments = {(f"{schema_name}.{name}", column): comment for _, schema_name, name, _, column, *_, comment in rows}
    assert comments == {
        (table.full_name, column.name): column.comment for table in RELATIONS.values() for column in table.columns
    }
    assert {(f"{row[1]}.{row[2]}", row[3]) for row in rows} == {(t.full_name, t.comment) for t in RELATIONS.values()}


def test_articles_are_the_news_records_with_their_provider_topics_and_counts(connection):
    connection.execute("""
        INSERT INTO records BY NAME
        SELECT * FROM (VALUES
            ('a', 'news', 'First', 'p', TIMESTAMPTZ '2020-01-02 03:04:05+00'),
            ('b', 'news', 'Second', NULL, NULL),
            ('c', 'learning', 'Not news', 'p', NULL)
        ) AS given(record_id, collection, title, provider_id, published_at);
        INSERT INTO providers VALUES ('p', 'The Courier', 'courier.example');
        INSERT INTO record_topics (record_id, position, topic)
        VALUES ('a', 1, NULL), ('a', 2, 'AI'), ('a', 0, 'Robots'), ('c', 0, 'AI');
        INSERT INTO record_images BY NAME SELECT 'a' AS record_id, range AS position FROM range(2);
        INSERT INTO related_links BY NAME SELECT 'a' AS record_id, range AS position FROM range(3);
    """).fetchall()
    rows = connection.execute("""
        SELECT record_id, title, provider_name, provider_domain, topics, image_count, related_count
        FROM articles
        ORDER BY record_id
    """).fetchall()
    assert rows == [
        ("a", "First", "The Courier", "courier.example", ["Robots", None, "AI"], 2, 3),
        ("b", "Second", None, None, None, 0, 0),
    ]


def test_articles_repeat_the_comments_and_types_of_records():
    records = {column.name: column for column in schema.tables()["records"].columns}
    own = []
    for column in schema.views()["articles"].columns:
        if column.name in records:
            assert (column.comment, column.type) == (records[column.name].comment, records[column.name].type)
        else:
            own.append((column.name, column.type))
    assert own == [
        ("provider_name", "VARCHAR"),
        ("provider_domain", "VARCHAR"),
        ("topics", "VARCHAR[]"),
        ("image_count", "BIGINT"),
        ("related_count", "BIGINT"),
    ]


@pytest.mark.parametrize(
    "view, table", [("related_articles", "related_entries"), ("related_images", "related_entry_images")]
)
def test_views_of_related_lists_repeat_the_comments_and_types_of_the_entries(view, table):
    entries = {column.name: column for column in schema.tables()[table].columns}
    repeated = [column for column in schema.views()[view].columns if column.name in entries]
    assert [(column.comment, column.type) for column in repeated] == [
        (entries[column.name].comment, entries[column.name].type) for column in repeated
    ]
    assert {column.name for column in repeated} == entries.keys() - {"entry_id"}


def test_names_are_relative_to_their_folder_and_readable():
    assert "articles" in sql.names("views")
    assert sql.names("tables/raw") == ["documents", "scalars"]
    assert sql.names("tables") == sorted(sql.names("tables")) and "meta/files" in sql.names("tables")
    assert sql.names("no such folder") == []
    with pytest.raises(FileNotFoundError):
        sql.read("tables/main/no_such_table")


def _fields() -> dict[str, set[str]]:
    """Every front-matter path of the field inventory with the YAML types seen in any collection."""
    inventory = corpus("FIELDS.md")
    fields: dict[str, set[str]] = {}
    for path, types in re.findall(r"^\| `(.+?)` \|.*\| (.+) \|$", inventory.read_text("utf-8"), re.M):
        fields.setdefault(path, set()).update(re.findall(r"[A-Za-z]+", types))
    assert len(fields) > 100
    return fields


def _is_covered(path: str, covered: frozenset[str]) -> bool:
    """Whether ``path`` is one of ``covered``, in which ``*`` stands for any key."""
    return path in covered or f"{path.rpartition('.')[0]}.*" in covered


def test_entries_are_joined_to_their_links_before_they_are_compared_with_records(connection):
    plan = connection.execute("""
        EXPLAIN SELECT count(*) FROM related_articles AS related JOIN records USING (record_id)
        WHERE related.published_at > records.published_at
    """).fetchall()[0][1]
    connection.execute("""
        INSERT INTO records BY NAME SELECT 'a' AS record_id, TIMESTAMPTZ '2020-01-02 00:00:00+00' AS published_at;
        INSERT INTO related_links VALUES ('a', 0, 'e'), ('a', 1, 'f'), ('a', 2, 'e');
        INSERT INTO related_entries BY NAME
        SELECT 'e' AS entry_id, TIMESTAMPTZ '2020-01-03 00:00:00+00' AS published_at UNION ALL SELECT 'f', NULL;
        INSERT INTO related_entry_images (entry_id, image_position, url) VALUES ('e', 0, 'x'), ('e', 1, 'y');
    """).fetchall()
    later = """
        SELECT position FROM related_articles AS related JOIN records USING (record_id)
        WHERE related.published_at > records.published_at ORDER BY position
    """
    assert connection.execute(later).fetchall() == [(0,), (2,)]
    images = "SELECT position, image_position, url FROM related_images ORDER BY ALL"
    assert connection.execute(images).fetchall() == [(0, 0, "x"), (0, 1, "y"), (2, 0, "x"), (2, 1, "y")]
    assert "UNION" in plan.upper()
