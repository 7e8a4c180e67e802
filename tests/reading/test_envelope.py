"""Where front matter begins and ends in a file, and what is no front matter at all."""

import pytest

from matterhouse.reading.envelope import Envelope, open_envelope
from matterhouse.reading.reader import Reader
from matterhouse.sources.errors import Unreadable

BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    "content, head, body",
    [
        (b"---\na: b\n---\nText\n", b"a: b\n", b"Text\n"),
        (b"---\na: b\n---", b"a: b\n", b""),
        (b"---\na: b\n---\n", b"a: b\n", b""),
        (b"---\na: b\n...\nText", b"a: b\n", b"Text"),
        (b"---\na: b\n...", b"a: b\n", b""),
        (b"---\na: b\n...\n---\nText", b"a: b\n", b"---\nText"),
        (b"---\na: b\n---\n...\n", b"a: b\n", b"...\n"),
        (b"---\n---\nText", b"", b"Text"),
        (b"---\n---", b"", b""),
        (b"---\n\n---\n", b"\n", b""),
        (b"---  \na: b\n---\t \nText", b"a: b\n", b"Text"),
        (b"---\na: b\n--- \t", b"a: b\n", b""),
        (b"---\na: b\n ---\n---\n", b"a: b\n ---\n", b""),
        (b"---\na: b\n----\n---\n", b"a: b\n----\n", b""),
        (b"---\na: b\n--- c\n---\n", b"a: b\n--- c\n", b""),
        (b"---\na: b\n....\n...x\n... x\n...\n", b"a: b\n....\n...x\n... x\n", b""),
        (b"---\na: b---\n---\n", b"a: b---\n", b""),
        (b"---\na: b\n---\nText\n---\nmore\n", b"a: b\n", b"Text\n---\nmore\n"),
        (b"---\r\na: b\r\n---\r\nText\r\n", b"a: b\r\n", b"Text\r\n"),
        (b"---\r\n---\r\n\r\nText", b"", b"\r\nText"),
        (b"---\ra: b\r---\rText\r", b"a: b\r", b"Text\r"),
        (b"---\na: b\r\nc: d\re: f\r\n---\rText", b"a: b\r\nc: d\re: f\r\n", b"Text"),
        (b"---\r\na: b\n---\r\n\nText", b"a: b\n", b"\nText"),
        (b"---\r\r\na: b\n---\n", b"\r\na: b\n", b""),
        (BOM + b"---\na: b\n---\nText", b"a: b\n", b"Text"),
        (BOM + b"---\r\na: b\r\n---", b"a: b\r\n", b""),
        (b"---\na: \xff\n---\n\xff", b"a: \xff\n", b"\xff"),
        (b"---\na: \0\n---\n\0", b"a: \0\n", b"\0"),
        (b"---\n" + BOM + b"a: b\n---\n", BOM + b"a: b\n", b""),
    ],
)
def test_fences(content, head, body):
    assert open_envelope("_news/x.md", content) == Envelope(head, 2, body)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Text\n",
        b"\n---\na: b\n",
        b"x\n---\na: b\n---\n",
        b"----\na: b\n---\n",
        b"--- # why\na: b\n---\n",
        b"--- a: b\n---\n",
        b"--\na: b\n--\n",
        b"...\na: b\n---\n",
        b"---",
        b"--- ",
        BOM,
        BOM + b"---",
        b"---\x0b\na: b\n---\n",
        b"---\xc2\x85a: b\n---\n",
        b"\xff\xfeT\0e\0x\0t\0",
    ],
)
def test_no_front_matter(content):
    assert open_envelope("_news/x.md", content) is None
    assert Reader().read("_news/x.md", content) is None


@pytest.mark.parametrize(
    "content",
    [
        b"---\n",
        b"---\r\n",
        b"---\na: b",
        b"---\na: b\n",
        b"---\na: b\n--",
        b"---\na: b\n --- ",
        b"---\na: b\n---x\n...x\n",
        BOM + b"---\n",
    ],
)
def test_never_closed(content):
    with pytest.raises(Unreadable) as caught:
        open_envelope("_news/x.md", content)
    assert (caught.value.reason, caught.value.line, caught.value.column) == ("unclosed", 1, 1)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("path", ["_news/x.md", "_data/topics/x.yaml"])
def test_utf_16_is_refused_and_not_skipped(path, encoding):
    fences = ("---\n", "\n---\n") if path.endswith(".md") else ("", "")
    with pytest.raises(Unreadable) as caught:
        Reader().read(path, "a: b".join(("\ufeff" + fences[0], fences[1])).encode(encoding))
    assert (caught.value.reason, caught.value.line, caught.value.column) == ("not_utf8", 1, 1)


@pytest.mark.parametrize("path", ["_data/topics/x.yaml", "_data/topics/x.yml", "_data/X.YAML"])
@pytest.mark.parametrize(
    "content, head",
    [
        (b"a: b\n", b"a: b\n"),
        (BOM + b"a: b\r\n", b"a: b\r\n"),
        (b"---\na: b\n", b"---\na: b\n"),
        (b"---\na: b\n...\n", b"---\na: b\n...\n"),
        (b"", b""),
    ],
)
def test_data_files_are_front_matter_from_end_to_end(path, content, head):
    assert open_envelope(path, content) == Envelope(head, 1, None)


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"# only a comment\n", b"~\n", b"- a\n- b\n", b"text\n", b"42", b"{}\n", b"---\n...\n"]
)
def test_data_files_without_a_mapping_are_skipped(content):
    assert Reader().read("_data/lists/x.yaml", content) is None


def test_data_files_of_two_documents_are_rejected():
    with pytest.raises(Unreadable) as caught:
        Reader().read("_data/x.yaml", b"a: 1\n---\nb: 2\n")
    assert (caught.value.reason, caught.value.line, caught.value.column) == ("yaml_syntax", 2, 1)


@pytest.mark.parametrize(
    "content", [b"---\n---\nText", b"---\n\n  \n---\nText", b"---\n# why\n---\nText", b"---\n~\n---\nText"]
)
def test_empty_front_matter_is_a_record_without_fields(content):
    document = Reader().read("_news/x.md", content)
    assert document.record == {} and document.body == "Text"


def test_the_body_is_text_whatever_its_bytes():
    document = Reader().read("_news/x.html", b"---\na: b\n---\ncaf\xe9 \xf0\x9f\x8c\x8a\r\n")
    assert document.record == {"a": "b"} and document.body == "caf\ufffd 🌊\r\n"


@pytest.mark.parametrize(
    "content, line",
    [
        (b"---\na: @\n---\n", 2),
        (b"---\r\na: b\r\nc: @\r\n---\r\n", 3),
        (b"---\ra: b\rc: @\r---\r", 3),
        (BOM + b"---\na: b\n\nc: @\n---\n", 4),
    ],
)
def test_lines_are_counted_in_the_file(content, line):
    with pytest.raises(Unreadable) as caught:
        Reader().read("_news/x.md", content)
    assert (caught.value.line, caught.value.column) == (line, 4)


def test_lines_of_data_files_begin_at_one():
    with pytest.raises(Unreadable) as caught:
        Reader().read("_data/x.yml", BOM + b"a: @\n")
    assert (caught.value.line, caught.value.column) == (1, 4)
