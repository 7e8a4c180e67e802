"""Hypothesis strategies for front matters: the family's fields, with values that fit and values that do not."""

import json

from hypothesis import strategies as st

# As written in a file: words that YAML retypes, numbers, dates, texts with and without quotes.
WRITTEN = [
    "AI", "two words", "NO", "true", "off", "12:30", "0123", "39", "-7", "1.10", "4.0", "0x1F", "1e3", ".inf", ".nan",
    "9223372036854775808", "2024-02-30", "2024-01-02", "2024-01-02T03:04:05+02:00", '"2024-01-02 03:04"', "PT13M34S",
    '""', "''", "~", "https://www.Coast.example/a/?utm_source=x&b=1#c", "https://coast.example/a?b=1", "12 hours", "あ",
]  # fmt: skip

_scalars = st.sampled_from(WRITTEN) | st.text("aé漢🦋 '\"\\#:-\n\0", max_size=6).map(
    lambda text: json.dumps(text, ensure_ascii=False)
)
_any = st.recursive(
    st.none() | _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=2),
    max_leaves=4,
)


def _mostly(usual: st.SearchStrategy, other: st.SearchStrategy = _any) -> st.SearchStrategy:
    """What is usual, and one time in ten something else altogether."""
    return st.integers(0, 9).flatmap(lambda number: usual if number else other)


def _mapping(**fields: st.SearchStrategy) -> st.SearchStrategy:
    return _mostly(st.fixed_dictionaries({}, optional=fields))


def _list(items: st.SearchStrategy) -> st.SearchStrategy:
    return _mostly(st.lists(items, max_size=4))


_texts = _list(_mostly(_scalars))
_image = _mapping(url=_scalars, width=_scalars, height=_scalars, isCached=_scalars, caption=_any)
_named = _mapping(name=_scalars, domain=_scalars, images=_list(_image))
_provider = _mapping(
    name=st.sampled_from(["Quay", '""', "~"]),
    domain=st.sampled_from(["quay.example", '""']),
    images=_list(_image),
    publishers=_list(_named),
    authors=_list(_named),
)
_entry = _mapping(
    title=_scalars, quality=_scalars, publishedDateTime=_scalars, webUrl=_scalars,
    provider=_provider, images=_list(_image), secured=_any, mood=_any,
)  # fmt: skip
_pool = [
    {"title": "Fog", "quality": "84", "provider": {"name": "Quay"}, "images": [{"url": "a.jpg", "width": "1200"}]},
    {"title": "NO", "quality": "high", "provider": "Quay", "images": [{"url": "a.jpg", "width": "wide"}, None]},
    {"title": '"Tide"', "provider": {"name": "Quay", "domain": '""'}},
]
_records = st.fixed_dictionaries(
    {},
    optional=dict(
        title=_scalars, name=_scalars, excerpt=_scalars, heat=_scalars, quality=_scalars, published=_scalars,
        publishedDateTime=_scalars, webUrl=_scalars, originalUrl=_scalars, length=_scalars, secured=_any, mood=_any,
        provider=_provider, affiliation=_provider, images=_list(_image), topics=_texts, levels=_texts, items=_texts,
        related=_list(st.sampled_from(_pool) | _entry), actions=_list(_mapping(type=_scalars, url=_scalars)),
        keywords=_texts, hashtags=_texts, otherNames=_texts, services=_mapping(news=_scalars, games=_any),
        ratings=_mapping(count=_scalars, average=_scalars), twitter=_mapping(followers=_scalars), members=_scalars,
        startDateTime=_scalars,
    ),
)  # fmt: skip
_FOLDERS = ["_news", "_learning/courses", "_people", "_events", "_communities", "_data/topics", "_data/organizations"]


def front_matter(record: dict) -> str:
    """A record as YAML, the way the family writes it: one key or list item a line, two spaces deep."""
    return "\n".join(_lines(record)) or "{}"


def _lines(value: dict | list) -> list[str]:
    if isinstance(value, dict):
        return [line for key, item in value.items() for line in _nested(f"{key}:", item)]
    return [line for item in value for line in _item(item)]


def _nested(head: str, value: object) -> list[str]:
    if isinstance(value, (dict, list)) and value:
        return [head, *("  " + line for line in _lines(value))]
    return [_one_line(head, value)]


def _item(value: object) -> list[str]:
    if isinstance(value, dict) and value:
        first, *others = _lines(value)
        return [f"- {first}", *("  " + line for line in others)]
    return _nested("-", "null" if value is None else value)


def _one_line(head: str, value: object) -> str:
    return (
        head
        if value is None
        else f"{head} {value}"
        if isinstance(value, str)
        else f"{head} {'{}' if value == {} else '[]'}"
    )


_file = _mostly(_records.map(front_matter), st.just('title: "never closed'))
files = st.lists(st.tuples(st.sampled_from(_FOLDERS), _file), max_size=6).map(
    lambda content: {f"{folder}/{number}.md": text for number, (folder, text) in enumerate(content)}
)
"""Up to six front matters by path; some cannot be read."""
