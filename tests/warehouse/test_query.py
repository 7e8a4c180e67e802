"""Queries that can only read the snapshot, and what Python programs open."""

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

import matterhouse
from matterhouse.warehouse.jsontext import json_text
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.query import Answer, QueryRefused, locked_in
from matterhouse.warehouse.snapshots import NoSnapshot, Snapshot, point

REACHING_OUT = [
    "FROM 'secret.csv'",
    "FROM 'secret.parquet'",
    "FROM read_csv('secret.csv')",
    "FROM read_text('secret.csv')",
    "FROM read_blob('/etc/hostname')",
    "FROM read_csv('/dev/stdin')",
    "FROM read_json('secret.csv')",
    "FROM read_parquet('secret.parquet')",
    "FROM parquet_metadata('secret.parquet')",
    "FROM read_duckdb('other.duckdb', table_name = 'secrets')",
    "FROM sniff_csv('secret.csv')",
    "FROM glob('*')",
    "FROM query('FROM read_text(''secret.csv'')')",
    "FROM json_execute_serialized_sql(json_serialize_sql('FROM read_text(''secret.csv'')'))",
    "FROM 'https://127.0.0.1:9/secret.csv'",
    "FROM 's3://bucket/secret.parquet'",
    "EXPLAIN ANALYZE COPY records TO 'out.csv'",
    "EXPLAIN ANALYZE FROM read_text('secret.csv')",
    "SELECT getenv('TOKEN')",
    "FROM python_variable",
]
WRITING = [
    "INSERT INTO records VALUES (3)",
    "UPDATE records SET id = 3",
    "DELETE FROM records",
    "TRUNCATE records",
    "CREATE TABLE more AS SELECT 1",
    "CREATE VIEW more AS SELECT 1",
    "DROP TABLE records",
    "ALTER TABLE records ADD COLUMN more INTEGER",
    "COMMENT ON TABLE records IS 'mine'",
    "COPY records TO 'out.csv'",
    "COPY (SELECT 1) TO '/dev/stdout'",
    "COPY records FROM 'secret.csv'",
    "EXPORT DATABASE 'out'",
    "IMPORT DATABASE 'out'",
    "ATTACH 'other.duckdb'",
    "ATTACH 'new.duckdb' AS new",
    "ATTACH ':memory:' AS new",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD './evil.duckdb_extension'",
    "UPDATE EXTENSIONS",
    "CREATE PERSISTENT SECRET mine (TYPE http, BEARER_TOKEN 'x')",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "RESET lock_configuration",
    "SET profiling_output = 'out.json'",
    "PRAGMA enable_profiling = 'json'",
    "SET log_query_path = 'out.log'",
    "CALL enable_logging(storage = 'file', storage_path = 'logs')",
    "CALL enable_profiling(save_location = 'out.json')",
]
HARMLESS_BUT_NO_QUERY = [
    "CREATE TEMP TABLE more AS SELECT 1",
    "CREATE TEMP MACRO more(x) AS x",
    "CREATE SECRET mine (TYPE http, BEARER_TOKEN 'x')",
    "CHECKPOINT",
    "VACUUM",
    "BEGIN",
    "SET VARIABLE x = 1",
    "PREPARE p AS SELECT 1",
    "PRAGMA table_info('records')",
    "CALL pragma_version()",
    "CONNECT 'other.duckdb'",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database beside files that nobody may read."""
    folder = tmp_path_factory.mktemp("query")
    for name in ("warehouse.duckdb", "other.duckdb"):
        with duckdb.connect(folder / name) as connection:
            connection.execute("CREATE TABLE records AS SELECT range AS id FROM range(2)").fetchall()
            connection.execute("CREATE TABLE secrets AS SELECT 'hidden' AS secret").fetchall()
    (folder / "secret.csv").write_text("hidden\n")
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 'hidden' AS secret) TO '{folder}/secret.parquet'").fetchall()
    return folder


@pytest.fixture(scope="module")
def opened(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with locked_in(folder / "warehouse.duckdb") as opened:
        yield opened


@pytest.fixture
def connection(
    opened: duckdb.DuckDBPyConnection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> duckdb.DuckDBPyConnection:
    """A connection that is locked in, from a process that stands beside those files and has a secret in its environment."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("TOKEN", "hidden")
    return opened


def nothing_happened() -> bool:
    return {file.name for file in Path().iterdir()} == {
        "warehouse.duckdb",
        "other.duckdb",
        "secret.csv",
        "secret.parquet",
    }


@pytest.mark.parametrize("query", REACHING_OUT + WRITING)
def test_duckdb_itself_refuses(connection: duckdb.DuckDBPyConnection, query: str):
    python_variable = pq.read_table("secret.parquet")
    with pytest.raises(duckdb.Error) as refused:
        connection.execute(query).fetchall()
    assert "hidden" not in str(refused.value)
    assert python_variable.num_rows and nothing_happened()


@pytest.mark.parametrize("query", REACHING_OUT)
def test_a_query_reaches_nothing_but_the_database(connection: duckdb.DuckDBPyConnection, query: str):
    with pytest.raises(duckdb.Error) as refused:
        list(Answer(connection, query).rows()[1])
    assert "hidden" not in str(refused.value) and nothing_happened()


@pytest.mark.parametrize("statement", WRITING + HARMLESS_BUT_NO_QUERY + ["", "-- nothing", "SELECT 1; SELECT 2"])
def test_what_is_not_one_query_is_refused(connection: duckdb.DuckDBPyConnection, statement: str):
    with pytest.raises(QueryRefused):
        Answer(connection, statement)
    assert nothing_happened()


def test_no_function_gives_the_content_of_a_file_or_of_the_environment(connection: duckdb.DuckDBPyConnection):
    """Every function that DuckDB has, called with nothing but paths, and with nothing but a variable's name."""
    query = "SELECT DISTINCT function_name, function_type, len(parameter_types) FROM duckdb_functions() WHERE parameter_types <> []"
    functions = [each for each in connection.execute(query).fetchall() if "sleep" not in each[0]]
    assert len(functions) > 500
    for name, kind, count in functions:
        for text in ("secret.csv", "secret.parquet", "TOKEN"):
            statement = (
                f"""{"FROM" if kind.startswith("table") else "SELECT"} "{name}"({", ".join([repr(text)] * count)})"""
            )
            try:
                given = connection.execute(statement).fetchall()
            except duckdb.Error as error:
                given = error
            assert "hidden" not in str(given), statement
    assert nothing_happened()


@pytest.mark.parametrize(
    "query, rows",
    [
        ("SELECT id FROM records ORDER BY id", [(0,), (1,)]),
        ("FROM records WHERE false", []),
        ("WITH x AS (SELECT 7) FROM x;", [(7,)]),
        ("VALUES ('a'), (NULL)", [("a",), (None,)]),
        ("SHOW TABLES", [("records",), ("secrets",)]),
        ("PIVOT (SELECT 'a' AS k) ON k USING count(*)", [(1,)]),
        ("SELECT current_setting('TimeZone')", [("UTC",)]),
    ],
)
def test_queries_of_every_kind(connection: duckdb.DuckDBPyConnection, query: str, rows: list):
    assert list(Answer(connection, query).rows()[1]) == rows
    stream = io.BytesIO()
    Answer(connection, query).write_parquet(stream)
    assert [tuple(row.values()) for row in pq.read_table(stream).to_pylist()] == rows
    for words in ("DESCRIBE", "SUMMARIZE"):
        assert list(Answer(connection, f"{words} records").rows()[1])
    assert list(Answer(connection, f"EXPLAIN {query}").rows()[1])


VALUES = """
SELECT TIMESTAMPTZ '2026-07-01 09:30:00+02' AS at, DATE '2026-07-01' AS day, 1.50::DECIMAL(4, 2) AS price, 'nan'::DOUBLE AS nan,
    [1, NULL] AS list, {'a': DATE '2026-07-01'} AS struct, MAP {1: 'x'} AS map, 'é\u0085\u001b"' AS text, '\\x01'::BLOB AS bytes,
    true AS yes, NULL AS none, 1 AS same, 2 AS same
"""


def test_values_as_json(connection: duckdb.DuckDBPyConnection):
    stream = io.StringIO()
    Answer(connection, VALUES).write_json(stream)
    assert json.loads(stream.getvalue()) == [
        {
            "at": "2026-07-01T07:30:00+00:00",
            "day": "2026-07-01",
            "price": 1.5,
            "nan": None,
            "list": [1, None],
            "struct": {"a": "2026-07-01"},
            "map": {"1": "x"},
            "text": 'é\x85\x1b"',
            "bytes": "01",
            "yes": True,
            "none": None,
            "same": 1,
            "same_2": 2,
        }
    ]
    assert "é" in stream.getvalue() and "\x85" not in stream.getvalue() and "\x1b" not in stream.getvalue()
    empty = io.StringIO()
    Answer(connection, "FROM records WHERE false").write_json(empty)
    assert json.loads(empty.getvalue()) == []


def test_values_as_csv(connection: duckdb.DuckDBPyConnection):
    stream = io.StringIO()
    Answer(connection, VALUES).write_csv(stream)
    names, row = stream.getvalue().rstrip("\n").split("\n")
    assert names.startswith("at,day,price,") and names.endswith("same,same")
    assert row == (
        '2026-07-01T07:30:00+00:00,2026-07-01,1.50,nan,"[1, null]","{""a"": ""2026-07-01""}","{""1"": ""x""}",'
        '"é\x85\x1b""",01,true,,1,2'
    )


def test_json_text_escapes_what_steers_a_terminal():
    told = json_text({"\x9b": "\x7f\u202e\ud800 😀"})
    assert told == '{"\\u009b": "\\u007f\\u202e\\ud800 😀"}'
    assert json.loads(told) == {"\x9b": "\x7f\u202e\ud800 😀"}


def test_large_results_are_passed_on_in_pieces(connection: duckdb.DuckDBPyConnection):
    _, rows = Answer(connection, "SELECT range FROM range(25000)").rows()
    assert next(rows) == (0,)
    assert sum(1 for _ in rows) == 24_999


def test_open_snapshot_is_read_only_and_keeps_its_snapshot(tmp_path: Path):
    layout = Layout(tmp_path)
    with pytest.raises(NoSnapshot, match="no snapshot yet"):
        matterhouse.open_snapshot(tmp_path)
    for number in (1, 2):
        snapshot = Snapshot(layout.snapshots / f"00000{number}")
        snapshot.path.mkdir(parents=True)
        with duckdb.connect(snapshot.database) as connection:
            connection.execute(f"CREATE TABLE records AS SELECT {number} AS id").fetchall()
    point(layout, Snapshot(layout.snapshots / "000001"))
    with matterhouse.open_snapshot(os.fspath(tmp_path)) as connection:
        point(layout, snapshot)
        assert connection.execute("FROM records").fetchall() == [(1,)]
        assert connection.execute("SELECT current_setting('TimeZone')").fetchall() == [("UTC",)]
        with pytest.raises(duckdb.Error, match="read-only"):
            connection.execute("DELETE FROM records").fetchall()
        assert (connection.id, connection.path) == ("000001", (layout.snapshots / "000001").resolve())
    with matterhouse.open_snapshot(tmp_path) as connection:
        assert connection.path == snapshot.path.resolve()
        with pytest.raises(KeyError, match="no Parquet files of 'unheard_of'"):
            connection.parquet("unheard_of")
