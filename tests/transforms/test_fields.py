"""matterhouse.transforms.fields: typed columns out of written values; what does not fit is NULL and reported."""

from datetime import UTC, datetime

import pytest

from matterhouse.transforms.fields import Fields, shown
from tests.transforms.batch import column, errors, readings, rows, story

MISFIT = "does not fit"

TEXTS = {
    "Fog": "Fog", "NO": "NO", "12:30": "12:30", "0123": "0123", "1.10": "1.10", "0x1F": "0x1F", ".inf": ".inf",
    "true": "true", "2024-01-02": "2024-01-02", '"39"': "39", '"  two "': "  two ", '"a\\nb"': "a\nb", "'it''s'": "it's",
    '""': "", "''": "", "": None, "~": None, "null": None, '"null"': "null", "あ 🦋": "あ 🦋", "[a]": MISFIT, "{a: b}": MISFIT,
}  # fmt: skip

WHOLES = {
    "39": 39, "-7": -7, "+7": 7, "0": 0, "1_000": 1000, "0x1F": 31, "-0x1f": -31, "0b101": 5, "0123": 83, "12:30": 750,
    "1:00:00": 3600, '"39"': 39, "'-7'": -7, '"0123"': 123, "4.0": 4, "1.5e+3": 1500, '"4.0"': 4, "1e3": 1000,
    "9223372036854775807": 2**63 - 1, "-9223372036854775808": -(2**63), "": None, "~": None,
    "9223372036854775808": MISFIT, "-9223372036854775809": MISFIT, "9.3e+18": MISFIT, "0xFFFFFFFFFFFFFFFF": MISFIT,
    '"99999999999999999999"': MISFIT, "4.5": MISFIT, "warm": MISFIT, '""': MISFIT, '"39 "': MISFIT, '"1,000"': MISFIT,
    "true": MISFIT, "2024-01-02": MISFIT, ".inf": MISFIT, ".nan": MISFIT, "٣": MISFIT, "!!int x": MISFIT, "[1]": MISFIT,
}  # fmt: skip

NUMBERS = {
    "4.5": 4.5, "4": 4.0, "-.5": -0.5, "1.10": 1.1, "1e3": 1000.0, "6.02e+23": 6.02e23, "1_000.5": 1000.5, "0x10": 16.0,
    "1:30.5": 90.5, '"4.5"': 4.5, '"4"': 4.0, "": None, ".inf": MISFIT, "-.inf": MISFIT, ".nan": MISFIT, "1.0e+999": MISFIT,
    "4,5": MISFIT, "good": MISFIT, '""': MISFIT, '"nan"': MISFIT, '"0x10"': MISFIT, "yes": MISFIT, "{}": MISFIT,
}  # fmt: skip

FLAGS = {
    "true": True, "True": True, "yes": True, "ON": True, "false": False, "No": False, "off": False, '"true"': True,
    "'no'": False, "": None, "1": MISFIT, "0": MISFIT, "y": MISFIT, "perhaps": MISFIT, '""': MISFIT, "!!bool perhaps": MISFIT,
    "[true]": MISFIT,
}  # fmt: skip

INSTANTS = {
    "2024-01-02T03:04:05Z": (2024, 1, 2, 3, 4, 5),
    "2024-01-02T03:04:05": (2024, 1, 2, 3, 4, 5),
    "2024-01-02 03:04:05": (2024, 1, 2, 3, 4, 5),
    "2024-01-02t03:04:05z": (2024, 1, 2, 3, 4, 5),
    "2024-1-2 3:04:05": (2024, 1, 2, 3, 4, 5),
    "2024-01-02": (2024, 1, 2),
    "2024-02-29": (2024, 2, 29),
    "2024-01-02T03:04:05+02:00": (2024, 1, 2, 1, 4, 5),
    "2024-01-02T03:04:05-07:00": (2024, 1, 2, 10, 4, 5),
    "2024-01-02T03:04:05-00:30": (2024, 1, 2, 3, 34, 5),
    "2024-01-02T03:04:05 +2": (2024, 1, 2, 1, 4, 5),
    "2024-01-02T03:04:05+0530": (2024, 1, 1, 21, 34, 5),
    "2024-12-31T23:30:00-01:00": (2025, 1, 1, 0, 30),
    "2024-01-02T03:04:05.678Z": (2024, 1, 2, 3, 4, 5, 678_000),
    "2024-01-02T03:04:05.1234567Z": (2024, 1, 2, 3, 4, 5, 123_456),
    '"2024-01-02T03:04:05Z"': (2024, 1, 2, 3, 4, 5),
    '"2024-01-02 03:04"': (2024, 1, 2, 3, 4),
    "' 2024-01-02 '": (2024, 1, 2),
    "0001-01-01": (1, 1, 1),
    "9999-12-31T23:59:59Z": (9999, 12, 31, 23, 59, 59),
    "": None,
    "2024-02-30": MISFIT,
    "2023-02-29T00:00:00Z": MISFIT,
    "2024-13-01": MISFIT,
    "0000-01-01": MISFIT,
    "2024-01-02T24:00:00Z": MISFIT,
    "2024-01-02T03:60:00Z": MISFIT,
    "2024-01-02T03:04:60Z": MISFIT,
    "2024-01-02T03:04:05+25:00": MISFIT,
    "2024-01-02T03:04:05+02:75": MISFIT,
    "0001-01-01T00:00:00+01:00": MISFIT,
    "9999-12-31T23:59:59-01:00": MISFIT,
    "20240102": MISFIT,
    '"1704164645"': MISFIT,
    "2024-01": MISFIT,
    "January 2, 2024": MISFIT,
    "soon": MISFIT,
    '""': MISFIT,
    "[2024-01-02]": MISFIT,
}


def check(reading, expected, field):
    """A misfit is NULL and one error, any other value is no error."""
    if expected == MISFIT:
        assert reading.value is None
        assert [name for name, _ in reading.errors] == [field]
    else:
        assert reading == (expected, [])
        assert type(reading.value) is type(expected)


@pytest.fixture(scope="module")
def texts():
    return readings("records", "layout", "layout: ?", TEXTS)


@pytest.mark.parametrize("written, expected", TEXTS.items())
def test_a_text_column_takes_the_text_as_written(written, expected, texts):
    check(texts[written], expected, "layout")


@pytest.fixture(scope="module")
def wholes():
    return readings("records", "heat", "heat: ?", WHOLES)


@pytest.mark.parametrize("written, expected", WHOLES.items())
def test_whole_numbers(written, expected, wholes):
    check(wholes[written], expected, "heat")


@pytest.fixture(scope="module")
def numbers():
    return readings("learning", "rating_average", "ratings:\n  average: ?", NUMBERS, folder="_learning")


@pytest.mark.parametrize("written, expected", NUMBERS.items())
def test_numbers(written, expected, numbers):
    check(numbers[written], expected, "ratings.average")


@pytest.fixture(scope="module")
def flags():
    return readings("records", "is_published", "published: ?", FLAGS)


@pytest.mark.parametrize("written, expected", FLAGS.items())
def test_flags(written, expected, flags):
    check(flags[written], expected, "published")


@pytest.fixture(scope="module")
def instants():
    return readings("events", "starts_at", "startDateTime: ?", INSTANTS, folder="_events")


@pytest.mark.parametrize("written, expected", INSTANTS.items())
def test_moments_are_utc(written, expected, instants):
    moment = datetime(*expected, tzinfo=UTC) if isinstance(expected, tuple) else expected
    reading = instants[written]
    if isinstance(moment, datetime):
        assert reading.value.utcoffset().total_seconds() == 0
        reading = reading._replace(value=reading.value.astimezone(UTC))
    check(reading, moment, "startDateTime")


@pytest.mark.parametrize(
    "begin, middle, end", [("", "1", ""), ("", "1", "x"), ("0b", "1", ""), ("1", ":00", ""), ("", "1.", "")]
)
def test_a_number_without_end_takes_no_time(begin, middle, end):
    digits = begin + middle * (400_000 // len(middle)) + end
    of = story(f"heat: {digits}\nquality: '{digits}'\n")
    assert rows(of["records"], "heat", "quality") == [(None, None)]
    assert errors(of) == [("heat", digits[:200]), ("quality", digits[:200])]


@pytest.mark.parametrize(
    "value, text", [("warm", "warm"), ("a" * 201, "a" * 200), ({"a": "b"}, "(a mapping)"), ([], "(a list)")]
)
def test_what_a_report_shows(value, text):
    assert shown(value) == text


def test_an_error_is_kept_once_a_row_and_path():
    fields = Fields([{"provider": "Quay"}, None, {"provider": {"name": ["Quay"]}}])
    assert column(fields.text("provider.name").to_frame("name"), "name") == [None, None, None]
    fields.text("provider.name"), fields.raw("provider.domain")
    assert fields.errors == [
        (0, "provider", "Quay", "a mapping of keys and values"),
        (2, "provider.name", "(a list)", "a text"),
    ]


def test_texts_below_a_mapping():
    fields = Fields(
        [{"services": {"news": "a", "games": None, "people": ["b"]}}, {}, {"services": "c"}, {"services": {}}]
    )
    numbers, names, texts = fields.texts_below("services")
    assert (numbers, names, texts.tolist()[:1]) == ([0, 0, 0], ["news", "games", "people"], ["a"])
    assert [(row, path) for row, path, _, _ in fields.errors] == [(0, "services.people"), (2, "services")]
