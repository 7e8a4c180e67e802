"""Which record an address leads to: looked up among all of them, for some entries at a time."""

import duckdb
import pyarrow as pa
import pytest

from matterhouse.warehouse.links import linked, records_by_url


def records(*rows: tuple[str | None, str, str | None]) -> pa.Table:
    """What addresses lead to where ``records`` has rows of ``url_key``, ``record_id`` and ``published_at``."""
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE records (url_key VARCHAR, record_id VARCHAR, published_at TIMESTAMPTZ)")
        for row in rows:
            connection.execute("INSERT INTO records VALUES (?, ?, ?)", row)
        return records_by_url(connection)


def leads_to(found: pa.Table, *keys: str | None) -> list[str | None]:
    places = pa.table({"url_key": pa.array(keys, pa.string())})
    return linked(places, found)["related_record_id"].to_pylist()


SITE = (("b.example/é", "2", None), ("a.example/1", "1", None), ("z.example", "3", None), (None, "4", None))


@pytest.mark.parametrize("order", [1, -1])
def test_each_address_leads_to_its_record_in_whatever_order_records_are(order):
    keys = ["z.example", "a.example/1", "b.example/é", "a.example/1"]
    assert leads_to(records(*SITE[::order]), *keys) == ["3", "1", "2", "1"]


def test_an_address_that_no_record_has_leads_nowhere_wherever_it_would_stand_among_them():
    keys = ["", "a.example", "a.example/10", "b.example/e", "b.example/ê", "zz", None]
    assert leads_to(records(*SITE), *keys) == [None] * len(keys)


def test_without_records_no_address_leads_anywhere():
    assert leads_to(records(), "a.example", None) == [None, None]
    assert leads_to(records(*SITE)) == []


def test_of_records_with_one_address_it_leads_to_the_one_published_first():
    same = [("a.example", "2", None), ("a.example", "3", "2020-01-02"), ("a.example", "4", "2020-01-01")]
    assert leads_to(records(*same), "a.example") == ["4"]
