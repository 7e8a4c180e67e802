"""Whatever front matters hold: every scalar is found again, and small loads give what one full load gives."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.warehouse.sites import Site
from tests.warehouses import TIMES, differences

KEYS = st.sampled_from(
    ["alpha", "beta", "Beta", "ms.date", "ms", "date", "x y", "value", "position", "record_id", "", "[]", "ünï"]
)
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\u2028\u2029\x85"),
    max_size=12,
)
SCALARS = (
    TEXTS
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.dates(min_value=date(1, 1, 1))
    | st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)).map(
        lambda at: at.replace(microsecond=7, second=1)
    )
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=6
)
DOCUMENTS = st.dictionaries(
    st.sampled_from(["posts/a.md", "posts/b.md", "posts/c.md", "posts_alpha/d.md", "e.md"]),
    st.dictionaries(KEYS, VALUES, max_size=5),
    min_size=1,
)


@pytest.mark.slow
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # runs take long: a failing example is not made smaller
)
@given(DOCUMENTS, DOCUMENTS)
def test_every_scalar_is_found_again_and_small_loads_agree_with_a_full_one(first, second):
    with TemporaryDirectory() as folder:
        site, whole = Site(Path(folder) / "steps"), Site(Path(folder) / "whole")
        site.load(written(first))
        site.load(written(second))
        whole.load(written(first | second))
        assert differences(site.warehouse, whole.warehouse, without=TIMES | {"modified_ns"}) == {}
        for path, front_matter in (first | second).items():
            assert found(site, path) == Counter(map(as_written, scalars(front_matter))), path


def written(documents: dict[str, dict]) -> dict[str, str]:
    return {path: yaml.safe_dump(front_matter, allow_unicode=True) for path, front_matter in documents.items()}


def scalars(value: object) -> Iterator[object]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from scalars(item)
    else:
        yield value


def found(site: Site, path: str) -> Counter[str]:
    """The values that the tables of schema ``content`` have of a document, as texts."""
    values: Counter[str] = Counter()
    for table in site.names():
        columns = [name for name in site.types(table) if not (table.endswith("_other") and name == "type")]
        for column in columns:
            query = f'SELECT "{column}" FROM content."{table}" JOIN records USING (record_id)'
            query += f" WHERE records.path = '{path}'"
            values.update(as_written(value) for (value,) in site.rows(query) if value is not None)
    return values


def as_written(value: object) -> str:
    """A value as YAML writes it, whatever type its column has: 4 is 4.0, and a date among moments is its midnight."""
    return _text(value).removesuffix(".0")


def _text(value: object) -> str:
    if isinstance(value, datetime):
        text = value.astimezone(UTC).replace(tzinfo=None).isoformat(" ") if value.tzinfo else value.isoformat(" ")
        return text.removesuffix(" 00:00:00")
    if isinstance(value, float):
        return yaml.safe_dump(value).split("\n")[0]
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else str(value)
