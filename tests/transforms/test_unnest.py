"""matterhouse.transforms.unnest: lists become rows, and what is listed many times is looked at once."""

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matterhouse.transforms.fields import TEXT, WHOLE, arrow_series, frame
from matterhouse.transforms.unnest import spread, unnest
from tests.transforms.batch import id_of, numbered, rows, tables

FOG, TIDE = {"title": "Fog"}, {"title": "Tide"}


def links(values):
    return rows(unnest(values).links, "parent", "position", "item")


def test_an_object_listed_twice_is_one_item():
    nested = unnest([[FOG, TIDE], [TIDE, FOG, TIDE]])
    assert nested.items == [FOG, TIDE]
    assert rows(nested.links) == [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0), (1, 2, 1)]
    assert nested.places == [[(0, 0), (1, 1)], [(0, 1), (1, 0), (1, 2)]]


def test_equal_objects_may_be_two_items():
    assert unnest([[{"a": "b"}], [{"a": "b"}]]).items == [{"a": "b"}, {"a": "b"}]


@pytest.mark.parametrize(
    "values, expected",
    [
        ([], []),
        ([None], []),
        ([[]], []),
        ([["a"], None, ["b"]], [(0, 0, 0), (2, 0, 1)]),
        (["alone"], [(0, 0, 0)]),
        ([{"alone": "x"}], [(0, 0, 0)]),
        ([[None]], [(0, 0, 0)]),
        ([["a", None, "b", None]], [(0, 0, 0), (0, 1, 1), (0, 2, 2), (0, 3, 1)]),
    ],
)
def test_positions_count_what_the_list_holds(values, expected):
    assert links(values) == expected


scalars = st.none() | st.text(max_size=3) | st.just(FOG)


@given(st.lists(st.none() | st.lists(scalars, max_size=4), max_size=6))
def test_every_item_of_every_list_comes_back_in_its_place(values):
    nested = unnest(values)
    again = [None if value is None else [] for value in values]
    for parent, position, item in rows(nested.links):
        assert position == len(again[parent])
        again[parent].append(nested.items[item])
    assert again == values
    assert sorted(
        (parent, position, item) for item, places in enumerate(nested.places) for parent, position in places
    ) == rows(nested.links)


def test_spread_repeats_rows_and_holds_texts_once():
    distinct = pd.DataFrame({"title": arrow_series(["Fog", None], TEXT), "width": arrow_series([1, None], WHOLE)})
    repeated = spread(distinct, pd.Series([1, 0, 0]))
    assert rows(frame(repeated)) == [(None, None), ("Fog", 1), ("Fog", 1)]
    assert frame(repeated).index.tolist() == [0, 1, 2]
    assert pa.array(repeated["title"]).dictionary.to_pylist() == ["Fog"]


TOPICS = {
    "topics: [AI, null, Tide]": ["AI", None, "Tide"],
    "topics:\n  - AI\n  -\n  - Tide": ["AI", None, "Tide"],
    "topics:\n- AI\n- ~\n- AI": ["AI", None, "AI"],
    "topics: [null]": [None],
    'topics: ["", NO, 12:30]': ["", "NO", "12:30"],
    "topics: AI": ["AI"],
    "topics: []": [],
    "topics:": [],
    "title: Fog": [],
}


def test_an_empty_item_keeps_its_place():
    files = numbered(TOPICS)
    expected = [(id_of(path), *place) for path, topics in zip(files, TOPICS.values()) for place in enumerate(topics)]
    assert rows(tables(files)["record_topics"], "record_id", "position", "topic") == expected
