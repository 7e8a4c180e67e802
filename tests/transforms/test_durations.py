"""matterhouse.transforms.durations: lengths in seconds, as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matterhouse.transforms.durations import seconds
from tests.transforms.batch import readings

LENGTHS = {
    "PT13M34S": 814,
    "PT1H": 3600,
    "PT44M": 2640,
    "pt1h2m3s": 3723,
    "P1DT12H": 129_600,
    "P2W": 1_209_600,
    "PT0S": 0,
    "PT1.5H": 5400,
    "PT0.4S": 0,
    "12 hours": 43_200,
    "1 hour": 3600,
    "1 hour 30 min": 5400,
    "1 hour, 30 minutes": 5400,
    "1 hour and 30 minutes": 5400,
    "1h30m": 5400,
    "1h 30m 5s": 5405,
    "90 mins": 5400,
    "1.5 hrs": 5400,
    "2 Weeks": 1_209_600,
    "3d": 259_200,
    "1:02:03": 3723,
    "100:00:00": 360_000,
    "12:30": 750,
    "0:45": 45,
    "  12 hours ": 43_200,
    "": None,
    "90": None,
    "P": None,
    "PT": None,
    "P1Y": None,
    "P1M": None,
    "PT1.2.3H": None,
    "1:75": None,
    "99:99": None,
    "1:2:3:4": None,
    "1 month": None,
    "about 2 hours": None,
    "2-3 hours": None,
    "two hours": None,
    "-5 min": None,
    "12 hours of fog": None,
    "999999999999999999999 weeks": None,
    "9" * 99: None,
}


@pytest.mark.parametrize("length, expected", LENGTHS.items())
def test_lengths(length, expected):
    assert seconds(length) == expected


def test_a_length_is_kept_as_written_beside_its_seconds():
    written = {"PT13M34S": ("PT13M34S", 814), "12:30": ("12:30", 750), '"a while"': ("a while", None), "": (None, None)}
    for folder, table in ("_learning", "learning"), ("_games", "records"):
        lengths = readings(table, "length", "length: ?", written, folder)
        found = readings(table, "length_seconds", "length: ?", written, folder)
        assert {text: (lengths[text].value, found[text].value) for text in written} == written


@given(st.integers(0, 999), st.integers(0, 59), st.integers(0, 59))
def test_one_length_in_many_hands(hours, minutes, rest):
    total = hours * 3600 + minutes * 60 + rest
    assert seconds(f"PT{hours}H{minutes}M{rest}S") == total
    assert seconds(f"{hours}:{minutes:02}:{rest:02}") == total
    assert seconds(f"{hours} hours, {minutes} min and {rest}s") == total
    assert seconds(f"{hours}h{minutes}m{rest}s") == total


@pytest.mark.parametrize(
    "length", ["1" * 500_000, "1 " * 250_000, "1:" * 250_000, "P" + "1." * 250_000, "1 and " * 80_000]
)
def test_a_length_without_end_takes_no_time(length):
    assert seconds(length) is None


@given(st.text("PTWDHMS0123456789.: andhourmin-", max_size=20))
def test_no_text_is_too_odd_for_a_length(length):
    found = seconds(length)
    assert found is None or 0 <= found < 2**63
