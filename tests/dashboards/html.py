"""What a page of HTML holds, for tests: its tags, its text, its links."""

from html.parser import HTMLParser

INLINE = {"a", "bdi", "span", "strong", "code", "time"}
VOID = {"meta", "link", "input", "br", "hr", "img"}


class Html(HTMLParser):
    """A parsed page; raises ``AssertionError`` where tags do not close each other in order."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, {name: value or "" for name, value in attributes}))
        self._part(tag)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self._open and self._open.pop() == tag, tag
        self._part(tag)

    def handle_data(self, data):
        self.texts.append(data)

    def _part(self, tag):
        self.texts += [] if tag in INLINE else [" "]

    @property
    def text(self) -> str:
        """The text of the page, with one blank for many."""
        return " ".join("".join(self.texts).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of all tags of a kind."""
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def links(self) -> list[str]:
        return [attributes["href"] for attributes in self.all("a") if "href" in attributes]

    def linked(self, part: str) -> list[str]:
        """The links that hold a text."""
        return [link for link in self.links if part in link]
