"""marts.story_clusters beside a union-find: on graphs of chance, on a long chain, and on the sample."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from matterhouse.engine.run import refresh
from matterhouse.settings import loading
from matterhouse.warehouse.schema import create_all
from tests.warehouses import open_snapshot

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def components(pairs: Iterable[tuple[str, str]]) -> set[frozenset[str]]:
    """What is connected by the pairs, found by union and find."""
    parent: dict[str, str] = {}

    def find(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for one, other in pairs:
        parent[find(one)] = find(other)
    found: dict[str, set[str]] = {}
    for name in parent:
        found.setdefault(find(name), set()).add(name)
    return {frozenset(names) for names in found.values()}


def near_links(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """The pairs that are linked and not more than three days apart, from the related lists themselves."""
    return connection.execute("""
        SELECT one.record_id, other.record_id
        FROM related_articles AS entry
        JOIN records AS one ON one.record_id = entry.record_id
        JOIN records AS other ON other.record_id = entry.related_record_id
        WHERE one.record_id <> other.record_id
          AND abs(epoch(one.published_at) - epoch(other.published_at)) <= 3 * 86400
    """).fetchall()


def clusters(connection: duckdb.DuckDBPyConnection) -> set[frozenset[str]]:
    rows = connection.execute("SELECT cluster_id, story_count, record_ids FROM marts.story_clusters").fetchall()
    for cluster_id, count, names in rows:
        assert (cluster_id, count) == (min(names), len(set(names)))
    return {frozenset(names) for _, _, names in rows}


def of_links(days: dict[str, float], links: list[tuple[str, str]]) -> set[frozenset[str]]:
    """The clusters of records with these days and links, after they proved to be the connected components."""
    with duckdb.connect(config={"threads": 1}) as connection:
        create_all(connection)
        times = [BEGIN + timedelta(days=day) for day in days.values()]
        records = pa.table({"record_id": list(days), "published_at": pa.array(times, pa.timestamp("us", "UTC"))})
        related = pa.table({"record_id": [one for one, _ in links], "related_record_id": [two for _, two in links]})
        connection.register("given_records", records)
        connection.register("given_links", related)
        connection.execute("INSERT INTO records BY NAME FROM given_records").fetchall()
        connection.execute("CREATE TABLE given AS FROM related_articles LIMIT 0").fetchall()
        connection.execute(
            "INSERT INTO given BY NAME SELECT *, row_number() OVER () AS position FROM given_links"
        ).fetchall()
        connection.execute("CREATE OR REPLACE VIEW main.related_articles AS FROM main.given").fetchall()
        found = clusters(connection)
        assert found == components(near_links(connection))
        return found


@pytest.mark.parametrize("seed", range(8))
def test_clusters_of_graphs_of_chance_are_their_connected_components(seed: int):
    chance = random.Random(seed)
    names = [f"{chance.getrandbits(64):016x}" for _ in range(120)]
    days = {name: chance.uniform(0, 20) for name in names}
    links = [(chance.choice(names), chance.choice(names)) for _ in range(chance.choice([60, 150, 400]))]
    assert of_links(days, links)


def test_a_long_chain_is_one_cluster():
    chance = random.Random(9)
    names = [f"{chance.getrandbits(64):016x}" for _ in range(400)]
    days = {name: 2.5 * place for place, name in enumerate(names)}
    links = [(one, two) if chance.random() < 0.5 else (two, one) for one, two in pairwise(names)]
    assert of_links(days, links) == {frozenset(names)}


def test_the_sample_has_the_clusters_that_a_union_find_finds(tmp_path: Path):
    refresh(loading.load(None, [f"sample=folder:{SAMPLE}"], tmp_path))
    with open_snapshot(tmp_path) as connection:
        found = clusters(connection)
        assert len(found) > 1 and found == components(near_links(connection))
