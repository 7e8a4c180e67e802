"""Each check of ``sql/checks`` finds the fault it is for, in a warehouse that was right before."""

import shutil
from pathlib import Path

import duckdb
import pytest

from matterhouse import sql
from matterhouse.engine.run import refresh
from matterhouse.settings import loading as config
from matterhouse.warehouse.checks import offending_rows, run_checks

SAMPLE = Path(__file__).parents[2] / "data" / "sample"

VERSION = (
    "INSERT INTO history.record_versions (record_id, valid_from, valid_to, is_deleted)"
    " VALUES ('0000000000000000', TIMESTAMPTZ '2026-01-0{} 00:00:00+00', {}, {})"
)
ENDED = "TIMESTAMPTZ '2026-01-0{} 00:00:00+00'"

# Check -> statements that break what it demands, and nothing that another error check demands.
FAULTS = {
    "unique_keys": ["INSERT INTO record_topics FROM (FROM record_topics LIMIT 1)"],
    "no_orphans": ["INSERT INTO record_topics VALUES ('0000000000000000', 0, 'topics', 'Nobody')"],
    "known_providers": ["UPDATE records SET provider_id = '0000000000000000' WHERE collection = 'games'"],
    "related_links": ["UPDATE related_entries SET related_record_id = NULL WHERE related_record_id IS NOT NULL"],
    "listed_entries": ["INSERT INTO related_entries (entry_id) VALUES ('0000000000000000')"],
    "related_symmetry": [
        "INSERT INTO related_entries (entry_id, url_key) SELECT '0000000000000000', url_key FROM related_entries"
        " WHERE related_record_id IS NOT NULL LIMIT 1",
        "INSERT INTO related_links SELECT record_id, 10000, '0000000000000000' FROM related_links LIMIT 1",
    ],
    "documents_and_records": ["UPDATE raw.documents SET content_hash = 'other' WHERE path LIKE '_games/%'"],
    "files_and_documents": ["DELETE FROM meta.rejects"],
    "closed_account": ["UPDATE meta.run_sources SET found = found + 1"],
    "plausible_dates": [
        "UPDATE records SET published_at = TIMESTAMPTZ '1066-10-14 00:00:00+00' WHERE collection = 'games'"
    ],
    "well_formed_urls": ["UPDATE records SET web_url = 'not an address' WHERE collection = 'games'"],
    "image_sizes": ["UPDATE record_images SET width = 0 WHERE width IS NOT NULL"],
    "one_domain_per_provider": [
        "INSERT INTO providers SELECT 'f', name, 'elsewhere.example' FROM providers WHERE name IS NOT NULL LIMIT 1"
    ],
    "well_formed_secured": ["UPDATE records SET is_secured_valid = false WHERE is_secured"],
    "history_intervals": [VERSION.format(1, ENDED.format(2), False), VERSION.format(3, "NULL", True)],
    "history_newest": [VERSION.format(1, "NULL", False)],
    "unique_history_keys": ["INSERT INTO history.commits (source, commit_id) VALUES ('sample', 'a'), ('sample', 'a')"],
    "fresh_sources": ["UPDATE meta.sources SET max_age_hours = 0.001"],
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    """The database of a snapshot of the sample repository."""
    warehouse = tmp_path_factory.mktemp("checks")
    report = refresh(config.load(None, [f"sample=folder:{SAMPLE}"], warehouse))
    assert report.error is None
    return (warehouse / "current").resolve() / "warehouse.duckdb"


@pytest.fixture
def connection(sound, tmp_path):
    """The same database, to break."""
    with duckdb.connect(shutil.copy(sound, tmp_path / "broken.duckdb")) as connection:
        connection.execute("SET TimeZone = 'UTC'").fetchall()
        yield connection


def test_every_check_has_its_fault():
    assert sorted(FAULTS) == sql.names("checks")


def test_the_sample_passes_every_check_that_stops_a_run(connection):
    found = run_checks(connection)
    assert {check.severity for check in found} == {"error", "warn"}
    assert [check.name for check in found if check.stops] == []
    assert all(check.description.endswith(".") for check in found)


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_check_finds_its_fault(connection, name):
    before = {check.name: check.offending for check in run_checks(connection)}
    for statement in FAULTS[name]:
        connection.execute(statement).fetchall()
    after = {check.name: check.offending for check in run_checks(connection)}
    assert after[name] > before[name]
    columns, rows = offending_rows(connection, name)
    assert len(columns) > 0 and len(rows) == min(after[name], 20)


def test_an_error_stops_and_a_warning_does_not(connection):
    connection.execute(FAULTS["image_sizes"][0]).fetchall()
    connection.execute(FAULTS["no_orphans"][0]).fetchall()
    stopping = {check.name for check in run_checks(connection) if check.stops}
    assert stopping == {"no_orphans"}


def test_a_table_that_no_row_can_offend_in_is_not_asked(connection):
    connection.execute(FAULTS["unique_keys"][0]).fetchall()
    connection.execute(FAULTS["no_orphans"][0]).fetchall()

    def offending(**known) -> dict[str, int]:
        found = {check.name: check.offending for check in run_checks(connection, **known)}
        return {name: found[name] for name in ("unique_keys", "no_orphans")}

    assert offending() == {"unique_keys": 1, "no_orphans": 1}
    assert offending(empty={"record_topics"}) == {"unique_keys": 0, "no_orphans": 0}
    assert offending(untouched={"record_topics"}) == {"unique_keys": 0, "no_orphans": 1}  # records may have gone
    assert offending(untouched={"record_topics", "records"}) == {"unique_keys": 0, "no_orphans": 0}


def test_no_row_can_offend_where_a_check_is_not_asked(sound, tmp_path):
    """Nothing else than the tables that it names, or its condition, decides about that."""
    conditional = 0
    for name in sql.names("checks"):
        headers = dict(line[3:].split(": ", 1) for line in sql.read(f"checks/{name}").splitlines() if ": " in line[:20])
        database = shutil.copy(sound, tmp_path / f"{name}.duckdb")
        with duckdb.connect(database) as connection:
            for table in headers.get("empty without", "").split(", ") if "empty without" in headers else ():
                connection.execute(f"DELETE FROM {table}").fetchall()
            if "only where" in headers:
                assert connection.execute(f"SELECT {headers['only where']}").fetchall() == [(False,)]
            if headers.keys() & {"empty without", "only where"}:
                conditional += 1
                assert offending_rows(connection, name)[1] == [], name
    assert conditional > 5
