"""The sample repository in data/sample: complete, fictional, and hard where data/README.md says so."""

import re
from collections import Counter
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

DATA = Path(__file__).parents[2] / "data"
SAMPLE = DATA / "sample"
NOT_DOCUMENTS = {"README.md", ".gitattributes"}
COLLECTIONS = {
    "news", "learning", "newsletters", "games", "samples", "events", "people", "communities",
    "challenges", "forms", "sponsorships", "organizations", "topics",
}  # fmt: skip
BROKEN = {
    "_news/2026-04-12-broken-window-at-the-sail-loft.md",
    "_learning/videos/rivet-and-rope-mending-a-broken-mooring-line.md",
}
FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*\r?$", re.DOTALL | re.MULTILINE)
TAXONOMY_SUFFIXES = {".yaml", ".yml"}


def document_paths() -> list[str]:
    """Paths of all documents, relative to the sample's root."""
    paths = (file.relative_to(SAMPLE).as_posix() for file in SAMPLE.rglob("*") if file.is_file())
    return sorted(path for path in paths if path not in NOT_DOCUMENTS)


def collection_of(path: str) -> str:
    """``_data/topics/x.yaml`` -> ``topics``, ``_learning/videos/x.md`` -> ``learning``."""
    first, second, *_ = path.split("/")
    return second if first == "_data" else first.removeprefix("_")


def front_matter(path: str) -> str:
    """The YAML text of a document; raises ValueError where it is never closed."""
    text = (SAMPLE / path).read_bytes().decode("utf-8-sig")
    if Path(path).suffix in TAXONOMY_SUFFIXES:
        return text
    found = FRONT_MATTER.match(text)
    if not found:
        raise ValueError(f"{path}: front matter is never closed")
    return found[1]


@cache
def record(path: str) -> dict[str, Any]:
    """The parsed front matter of a document, typed as PyYAML types it."""
    return yaml.safe_load(front_matter(path))


def news(name: str) -> dict[str, Any]:
    return record(f"_news/{name}")


READABLE = sorted(set(document_paths()) - BROKEN)


def test_every_collection_is_there() -> None:
    counts = Counter(map(collection_of, document_paths()))
    assert set(counts) == COLLECTIONS
    assert counts.total() >= 60
    for kind in ("courses", "videos", "books", "collections"):
        assert list((SAMPLE / "_learning" / kind).iterdir()), kind


def test_exactly_the_files_named_broken_cannot_be_read() -> None:
    unreadable = set()
    for path in document_paths():
        try:
            assert isinstance(record(path), dict), path
        except (yaml.YAMLError, ValueError):
            unreadable.add(path)
    assert unreadable == BROKEN
    assert unreadable == {path for path in document_paths() if "broken" in path}


def test_the_readme_has_no_front_matter() -> None:
    assert not (SAMPLE / "README.md").read_bytes().startswith(b"---")


def test_no_address_outside_example() -> None:
    hosts = set()
    for path in [*document_paths(), *NOT_DOCUMENTS]:
        text = (SAMPLE / path).read_text("utf-8-sig")
        hosts |= {host.lower() for host in re.findall(r"https?://([^/\s\"'<>?#)]+)", text, re.IGNORECASE)}
        hosts |= set(re.findall(r"^ *(?:- )?domain: *(\S+)[ \r]*$", text, re.MULTILINE))
    assert hosts
    assert {host for host in hosts if not host.endswith(".example")} == set()


def test_secured_values_are_two_base64_texts() -> None:
    secured = [record(path)["secured"] for path in READABLE if "secured" in record(path)]
    assert len(secured) == len(set(secured)) >= 40
    for value in secured:
        assert re.fullmatch(r"[A-Za-z0-9+/]{64,}={0,2};[A-Za-z0-9+/]{22}==", value)


def test_excerpts_are_distinct() -> None:
    excerpts = [value for path in READABLE for key, value in record(path).items() if key in ("excerpt", "bio")]
    assert len(excerpts) == len(set(excerpts))


def test_the_data_readme_is_true() -> None:
    readme = (DATA / "README.md").read_text("utf-8")
    named = set(re.findall(r"`(_[^`]+/[^`]+\.\w+)`", readme))
    assert named <= set(document_paths())
    assert named > BROKEN
    assert f"{len(document_paths())} documents in {len(COLLECTIONS)} collections" in readme


# Hard cases, as bytes


def test_git_leaves_the_bytes_alone() -> None:
    assert (SAMPLE / ".gitattributes").read_text() == "* -text\n"


def test_line_ends() -> None:
    bare, paired = re.compile(rb"(?<!\r)\n"), re.compile(rb"\r\n")
    windows = {path for path in document_paths() if paired.search((SAMPLE / path).read_bytes())}
    mixed = {path for path in windows if bare.search((SAMPLE / path).read_bytes())}
    assert mixed == {"_news/2025-05-08-a-timetable-with-the-moon-in-it.md"}
    assert windows - mixed == {"_news/2024-09-12-eleven-workshops-one-waterwheel.md"}


def test_byte_order_mark() -> None:
    marked = {path for path in document_paths() if (SAMPLE / path).read_bytes().startswith(b"\xef\xbb\xbf---\n")}
    assert marked == {"_news/2025-09-01-children-vote-to-paint-the-crane-blue.md"}


def test_closed_by_dots() -> None:
    text = (SAMPLE / "_news/2026-01-17-storm-bell-rung-by-mistake-nobody-minds.md").read_text("utf-8")
    assert "\n...\n\nThe bell ringer" in text
    assert text.count("---") == 1


@pytest.mark.parametrize(
    "path, line",
    [
        ("_news/2025-03-14-no.md", "title: NO"),
        ("_news/2025-05-06-1230.md", "title: 12:30"),
        ("_news/2025-08-20-0123.md", "title: 0123"),
        ("_news/2025-06-11-ferry-robot-mott-apologises-for-the-third-time.md", "  - title: 12:30"),
        ("_news/2025-04-01-it-is-still-a-lamp.md", r'title: "\"It is still a lamp,\" says caf\u00e9 owner"'),
        ("_news/2024-05-02-what-the-fog-choir-changed-on-our-quay.md", "provider: &slipway"),
        ("_news/2024-05-02-what-the-fog-choir-changed-on-our-quay.md", "    provider: *slipway"),
        ("_news/2025-03-15-kelpmouth-keeps-its-lighthouse.md", "publishedDateTime: 2025-03-14T18:30:00-07:00"),
        ("_news/2025-10-05-kelp-by-the-yard.markdown", "excerpt: |"),
        ("_news/2025-12-01-a-regatta-for-machines-that-cannot-swim.md", "excerpt: >-"),
        ("_news/2026-05-09-the-night-market-of-small-motors.md", "  -"),
        ("_games/puzzle-pier-fog-signals.md", "heat:"),
        ("_learning/courses/quay-school-reading-the-tide.md", "length: 12 hours"),
        ("_learning/videos/nell-ashgrove-three-uses-for-a-bilge-pump-timer.md", "length: PT13M34S"),
    ],
)
def test_written_so(path: str, line: str) -> None:
    assert line in front_matter(path).splitlines()


# Hard cases, as values


def test_words_that_yaml_would_retype() -> None:
    assert news("2025-03-14-no.md")["title"] is False
    assert news("2025-05-06-1230.md")["title"] == 750
    assert news("2025-08-20-0123.md")["title"] == 83
    assert news("2025-08-23-spare-parts-with-a-pension.md")["heat"] == "warm"


def test_unusual_characters() -> None:
    notebook = news("2025-03-20-a-keepers-notebook-in-four-alphabets.md")
    for character in ("🌊", "Φῶς", "свет", "ضوء", "灯"):
        assert character in notebook["excerpt"]
    lamp = news("2025-04-01-it-is-still-a-lamp.md")
    for text in ('"good pair of boots"', "Café", "“Last Biscuit”", "🦋", "\t", "C:\\LAMP"):
        assert text in lamp["excerpt"]


def test_dates() -> None:
    assert news("2025-02-03-tide-power-pays-for-the-school-roof.md")["publishedDateTime"] == date(2025, 2, 3)
    elsewhere = news("2025-03-15-kelpmouth-keeps-its-lighthouse.md")["publishedDateTime"]
    assert elsewhere.astimezone(UTC) == datetime(2025, 3, 15, 1, 30, tzinfo=UTC)


def test_missing_parts() -> None:
    propeller = news("2025-11-11-found-one-brass-propeller.md")
    assert not {"provider", "images", "related"} & set(propeller)
    assert "images" not in news("2024-09-30-brackhaven-eyes-its-neighbours-wheel.md")
    assert news("2026-05-09-the-night-market-of-small-motors.md")["topics"] == ["Workshops", None, "Tide Power"]
    hat = record("_samples/tideline-gull-proof-sensor-hat.md")
    assert hat["topics"][0] is None and len(hat["provider"]["authors"]) == 2
    tide = record("_learning/courses/quay-school-reading-the-tide.md")
    assert tide["provider"]["publishers"] == [{"name": "Osterwyck Tide Institute", "domain": None}]
    assert record("_sponsorships/today.md") == {"layout": "sponsorship"}


def test_withdrawn_unforeseen_and_rich() -> None:
    assert news("2026-02-02-harbour-office-to-charge-for-looking-at-the-sea.md")["removed"] is True
    assert {"readingMinutes", "soundscape"} < set(news("2025-12-01-a-regatta-for-machines-that-cannot-swim.md"))
    assert news("2026-03-21-one-bench-four-hands.md")["featuredContent"].startswith('<iframe width="800"')
    choir = news("2024-05-02-what-the-fog-choir-changed-on-our-quay.md")
    assert choir["related"][1]["provider"] == choir["provider"]


# Links between documents


def related_entries() -> list[dict[str, Any]]:
    return [entry for path in READABLE for entry in record(path).get("related", [])]


@pytest.mark.parametrize(
    "written, story",
    [
        (
            "http://www.brackhaventide.example/harbour/humming-robot-in-tune",
            "2024-03-05-fishermen-ask-for-the-humming-robot-to-stay-in-tune.md",
        ),
        (
            "https://workshopweekly.example/bench/teaching-a-machine-to-listen/?utm_source=coastwire&utm_medium=email",
            "2024-04-18-teaching-a-machine-to-listen.md",
        ),
        (
            "https://osterwyckledger.example/town/tide-mill-turns-again",
            "2024-09-10-tide-mill-turns-again-after-ninety-years.md",
        ),
        ("https://Kelpmouthcourier.example/vote/no#count", "2025-03-14-no.md"),
        ("http://osterwyckledger.example/quay/crane-0123", "2025-08-20-0123.md"),
    ],
)
def test_related_addresses_spelled_otherwise(written: str, story: str) -> None:
    own = news(story)["webUrl"]
    assert written in {entry["webUrl"] for entry in related_entries()} and written != own
    place = re.compile(r"^https?://(?:www\.)?|/?[?#].*$|/$")
    assert place.sub("", written).lower() == place.sub("", own).lower()


def test_related_stories_repeat_and_lead_into_the_sample() -> None:
    addresses = Counter(entry["webUrl"] for entry in related_entries())
    own = {record(path).get("webUrl") for path in READABLE if collection_of(path) == "news"}
    assert max(addresses.values()) >= 5
    assert sum(count for address, count in addresses.items() if address in own) >= 20
    assert any("northernbell.example" in address for address in addresses)


def test_items_name_other_lessons() -> None:
    stems = {path.removeprefix("_learning/").removesuffix(".md") for path in document_paths()}
    items = [item for path in READABLE for item in record(path).get("items", [])]
    assert len(items) >= 10 and set(items) <= stems
    rejected = {path.removeprefix("_learning/").removesuffix(".md") for path in BROKEN}
    assert len(rejected & set(items)) == 1
