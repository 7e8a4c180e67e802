"""What is shown of a file that could not be read never holds a secured value, however the file writes it."""

import pytest

from matterhouse.reading.excerpts import excerpt, message
from matterhouse.reading.reader import Reader
from tests.reading.oracle import outcome

WAYS = {
    "a plain key": "secured: hush @\na: @",
    "a nested block": "secured:\n  deep:\n    - hush\n    - @hush",
    "a quoted key": '"secured": [hush',
    "a single quoted key": "'secured': [hush",
    "a flow mapping": "a: {secured: hush, b: @}",
    "an explicit key": "? secured\n: hush\n  @hush: [",
    "an escaped key": '"\\x73ecured": "hush" @',
    "an escaped key, long": '"s\\u0065c\\U00000075red": "hush" @',
    "a key over two lines": '"sec\\\n  ured": "hush" @',
    "a list item": "- secured: hush\n  b: [@hush",
    "a comment between": "secured:\n# why\n  - hush\n   @hush\n@b: [",
    "a literal": "secured: |\n  hush\n @hush",
    "an anchor": "a: &secured [hush\nb: *secured",
    "other letters": "Secured: hush @\nb: [",
    "a tag": "a: !secured hush\nb: @hush",
}


@pytest.mark.parametrize("head", [pytest.param(head, id=name) for name, head in WAYS.items()])
@pytest.mark.parametrize("fence", ["---", "+++", "---json"])
def test_no_secured_value_is_shown(head, fence):
    content = f"{fence}\n{head}\n{fence[:3]}\n".encode()
    error = outcome(Reader(), "x.md", content)
    assert error.reason
    for line in range(1, 9):
        assert "hush" not in (excerpt(content, line) or "")
    assert "hush" not in message(content, error)


def test_toml_and_json_too():
    for content in (
        b'+++\n[secured]\na = "hush" x\n+++\n',
        b'{"secured": {"a": "hush" x}}\n',
        b'{"\\u0073ecured": hush}\n',
    ):
        error = outcome(Reader(), "x.md", content)
        assert error.reason and "hush" not in (excerpt(content, error.line) or "") + message(content, error)


def test_any_other_file_shows_its_line():
    content = b"---\na: b\nc: @\n---\n"
    error = outcome(Reader(), "x.md", content)
    assert excerpt(content, error.line) == "c: @" and message(content, error) == error.message
    assert excerpt(content, 99) is None and excerpt(content, None) is None
