"""Contents that are taken for alike differ in nothing but their encrypted text, whatever stands around it."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from matterhouse.history.contents import Content, _Alike
from matterhouse.reading.reader import Reader
from matterhouse.sources import Skipped, Unreadable

LINES = (
    b'secured: "%s"', b'secured: "%s"', b"title: One", b"title: 'one", b"two'", b'text: "a', b"---", b"...", b"", b"- x",
    b"related:", b'  - title: "T"', b'    secured: "%s"', b"'secured': \"%s\"", b"secured: '%s'", b"secured: %s",
    b"? secured", b": |", b'  secured: "%s"', b"# secured", b"body", b"&a x: 1", b"\r", b"title: |", b"\tx",
)  # fmt: skip
FIRST, SECOND = b"abcd=;ef==", b"ABCDEFGH+/;="


def read(content: bytes) -> object:
    """What a content says but for its encrypted text; None where it has no record."""
    try:
        document = Reader(fast=False).read("_news/a.md", content)
    except (Unreadable, Skipped) as error:
        return type(error)
    if document is None or not isinstance(document.record, dict):
        return None
    rest = {key: value for key, value in document.record.items() if key != "secured"}
    return "secured" in document.record, rest, document.body


@given(st.lists(st.sampled_from(LINES), max_size=9), st.booleans())
@example([b"title: 'one", b'secured: "%s"', b"two'"], True)
@example([b"secured: '%s'", b"---", b'secured: "%s"'], True)
@example([b"\rsecured: '%s'", b"\r---\r", b'secured: "%s"'], True)
@example([b"title: One", b'secured: "%s"'], True)
@settings(max_examples=150)
def test_what_is_taken_for_alike_is_alike(lines, closed):
    text = b"\n".join([b"---", *lines, *([b"---", b""] if closed else [])])
    first, second = (text.replace(b"%s", secured) for secured in (FIRST, SECOND))
    alike, remembered = _Alike(1_000_000), Content()
    try:
        document = Reader().read("_news/a.md", first)
    except (Unreadable, Skipped):
        return
    if document is None or document.declined or document.items:
        return
    alike.remember(alike.rest("_news/a.md", first), document.record, remembered)
    if alike.known(alike.rest("_news/a.md", second)) is remembered:
        assert read(first) == read(second)


def test_the_usual_content_is_recognised_and_another_text_path_or_value_is_not():
    text = b'---\ntitle: One\nsecured: "%s"\n---\nText.\n'
    alike, content = _Alike(1_000), Content()
    alike.remember(alike.rest("a.md", text % FIRST), {"title": "One", "secured": FIRST.decode()}, content)
    assert alike.known(alike.rest("a.md", text % SECOND)) is content
    for path, other in (("b.md", text % SECOND), ("a.md", text % SECOND + b"x"), ("a.md", text % b"")):
        assert alike.known(alike.rest(path, other)) is None
    assert alike.rest("a.md", text % (b"a" * 1_000)) is None
