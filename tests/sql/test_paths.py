"""matterhouse.sql.paths: front-matter paths are read as they are written."""

import pytest

from matterhouse.sql.paths import joined, places, steps, written


@pytest.mark.parametrize("key", ["a.b", "[]", "", " a", "a\n", "*", '"'])
def test_odd_keys_stand_in_quotes(key):
    assert written(key).startswith('"')
    assert steps(f"a[].{written(key)}") == ["a", None, key]


@pytest.mark.parametrize(
    "path, expected",
    [
        ("title", ["title"]),
        ("menu.main[].name", ["menu", "main", None, "name"]),
        ('"ms.date"', ["ms.date"]),
        ('ms."a \\"b\\" [] \\n"[][].x', ["ms", 'a "b" [] \n', None, None, "x"]),
        ('""', [""]),
    ],
)
def test_paths_are_read_as_they_are_written(path, expected):
    assert steps(path) == expected


@pytest.mark.parametrize(
    "path, expected",
    [
        ("related[3].title", ["related", 3, "title"]),
        ('"ms.date"[0][12]', ["ms.date", 0, 12]),
        ('a.""."[1]"', ["a", "", "[1]"]),
    ],
)
def test_paths_with_positions_are_read_as_they_are_written(path, expected):
    assert places(path) == expected
    assert joined(expected) == path
