"""matterhouse.warehouse.content_plan: which tables the paths of a collection make, and the limits."""

from collections.abc import Iterable

import pytest

from matterhouse.warehouse import content_plan
from matterhouse.warehouse.content_names import column_name, is_name, snake_case
from matterhouse.warehouse.content_plan import Found, Table, plan

TEXT = 32


def found(path: str, values: int = 1, kinds: int = TEXT) -> Found:
    return Found(path, values, values, kinds, False, False)


def planned(paths: Iterable[Found], measured: tuple[int, int] = (1, 1)) -> dict[str, Table]:
    return {table.name: table for table in plan("posts", [], paths, lambda depth, keys: measured)}


def columns(table: Table) -> dict[str, str]:
    return {column.name: column.path for column in table.columns}


def test_keys_that_are_data_make_a_table_of_keys():
    keys = [f"k{number:02}" for number in range(30)]
    paths = [found(f"services.{key}.url") for key in keys] + [found("services.k00.tags[]"), found("title")]
    of = planned(paths, measured=(60, 20))
    assert {name: columns(table) for name, table in of.items()} == {
        "posts": {"title": "title"},
        "posts_services": {"url": "services.*.url"},
        "posts_services_tags": {"value": "services.*.tags[]"},
    }
    assert [column.name for column in of["posts_services"].key] == ["key"]
    assert [column.name for column in of["posts_services_tags"].key] == ["services_key", "position"]
    assert ("services.k00.tags[]", ("k00", 1), "value", False) in of["posts_services_tags"].sources
    assert ("services.k00.tags[]", ("k00",), None, False) in of["posts_services"].sources


@pytest.mark.parametrize(
    "keys, measured, is_free", [(20, (20, 20), False), (30, (30, 1), False), (101, (101, 1), True)]
)
def test_a_mapping_has_columns_while_its_keys_are_few_or_come_together(keys, measured, is_free):
    of = planned([found(f"params.k{number}") for number in range(keys)], measured)
    assert ("posts_params" in of) == is_free


def test_a_table_has_room_for_the_most_frequent_columns_and_the_rest_goes_elsewhere(monkeypatch):
    monkeypatch.setattr(content_plan, "MOST_COLUMNS", 4)
    of = planned([found(f"key{number}", values=number + 1) for number in range(6)])
    assert list(columns(of["posts"])) == ["key3", "key4", "key5"]
    assert [source.path for source in of["posts_other"].sources] == ["key0", "key1", "key2"]


def test_the_lists_with_the_most_values_have_tables_and_the_rest_goes_elsewhere(monkeypatch):
    monkeypatch.setattr(content_plan, "MOST_TABLES", 2)
    of = planned([found(f"list{number}[]", values=number + 1) for number in range(4)])
    assert list(of) == ["posts", "posts_list2", "posts_list3", "posts_other"]
    assert [source.path for source in of["posts_other"].sources] == ["list0[]", "list1[]"]


def test_names_are_told_apart_and_never_those_of_the_key():
    of = planned(
        [found(path) for path in ("items[].position", "items[].Position", "items[].value", "items[]", "record_id")]
    )
    assert columns(of["posts"]) == {"record_id_2": "record_id"}
    assert columns(of["posts_items"]) == {
        "value": "items[]",
        "position_2": "items[].Position",
        "position_3": "items[].position",
        "value_2": "items[].value",
    }


def test_a_list_of_lists_has_a_position_for_each():
    of = planned([found("grid[][]"), found("grid[]"), found("grid")])
    assert list(of) == ["posts", "posts_grid"]
    table = of["posts_grid"]
    assert [column.name for column in table.key] == ["grid_position", "position"]
    assert sorted(source.picks for source in table.sources) == [(0, 0), (1, 0), (1, 2)]


@pytest.mark.parametrize(
    "words, name",
    [
        ("pageType", "page_type"), ("page-type", "page_type"), ("Page Type", "page_type"), ("webURL", "web_url"),
        ("URLPath", "url_path"), ("2020", "_2020"), ("--", "unnamed"), ("Übersicht", "übersicht"), ("名前", "名前"),
    ],
)  # fmt: skip
def test_names_are_snake_case(words, name):
    assert snake_case(words) == name


def test_long_names_are_cut_and_prose_is_no_name():
    assert len(column_name(["a" * 50, "b" * 50], [])) == 60
    assert [is_name(key) for key in ("a" * 60, "a" * 61, "a\nb", "", "->")] == [True, False, False, False, False]
