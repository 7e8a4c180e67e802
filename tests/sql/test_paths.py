"""matterhouse.sql.paths: front-matter paths are read as they are written."""

import pytest

from matterhouse.sql.paths import steps, written


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
