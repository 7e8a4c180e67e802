"""matterhouse.transforms.places: what a path says of a document, on sites of many generators."""

from datetime import date
from urllib.parse import unquote

import pytest

from matterhouse.transforms import places

# path -> collection, language, slug
PATHS = {
    "_news/2020-06-09-some-story.md": ("news", None, "some-story"),
    "_learning/courses/knots.md": ("learning", None, "knots"),
    "_data/organizations/quay.io.md": ("organizations", None, "quay.io"),
    "docs/_data/topics/a.yml": ("topics", None, "a"),
    "_posts/2018-04-11-post.md": ("posts", None, "post"),
    "docs/_posts/2018-04-11-post.md": ("posts", None, "post"),
    "source/_posts/a.md": ("posts", None, "a"),
    "source/zh-tw/docs/x.md": ("docs", "zh-tw", "x"),
    "content/posts/2014-03-12-hello.md": ("posts", None, "hello"),
    "content/posts/hello/index.md": ("posts", None, "hello"),
    "content/posts/2014-03-12-hello/index.fr.md": ("posts", "fr", "hello"),
    "content/en/docs/concepts/_index.md": ("docs", "en", "concepts"),
    "content/en/_index.md": (None, "en", "index"),
    "content/_index.md": (None, None, "index"),
    "content/_index.fr.md": (None, "fr", "index"),
    "content/posts/_index.md": ("posts", None, "posts"),
    "_index.md": (None, None, "index"),
    "content/hello/index.md": (None, None, "hello"),
    "docs/index.md": ("docs", None, "docs"),
    "content/about.md": (None, None, "about"),
    "content/about.pt-br.md": (None, "pt-br", "about"),
    "files/en-us/web/api/window/index.md": ("web", "en-us", "window"),
    "src/content/blog/first.mdx": ("blog", None, "first"),
    "src/pages/about.md": ("pages", None, "about"),
    "website/docs/intro.md": ("docs", None, "intro"),
    "docs/page.mdx": ("docs", None, "page"),
    "_data/people.yml#0": ("people", None, "people-0"),
    "src/_data/people.JSON#anna": ("people", None, "anna"),
    "docs/_data/topics/a.yml#0": ("topics", None, "a-0"),
    "data/fr/authors.json#anna": ("authors", None, "anna"),
    "_authors/list.yml#anna": ("authors", None, "anna"),
    "menu.toml#0": ("menu", None, "menu-0"),
    "config/menu.toml#0": ("config", None, "menu-0"),
    "_posts/c#.md": ("posts", None, "c#"),
    "i18n/fr/docusaurus-plugin-content-blog/2020-01-02-x/index.md": ("blog", "fr", "x"),
    "_articles/fr/metrics.md": ("articles", "fr", "metrics"),
    "People/someone.md": ("People", None, "someone"),
    "reference/ForEach.md": ("reference", None, "ForEach"),
    "README.md": (None, None, "README"),
    "README.zh_CN.md": (None, "zh-CN", "README"),
    "index.md": (None, None, "index"),
    "notes/.md": ("notes", None, ".md"),
}


@pytest.mark.parametrize("path", PATHS)
def test_a_path_says_collection_language_and_slug(path: str):
    assert (places.collection(path), places.language(path), places.slug(path)) == PATHS[path]


def test_a_collection_can_be_configured():
    guides = {"guides": lambda path: path.startswith("content/docs/")}
    assert places.collection("content/docs/a.md", guides) == "guides"
    assert places.collection("content/posts/a.md", guides) == "posts"


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("_posts/2018-04-11-post.md", date(2018, 4, 11)),
        ("blog/2020-1-2-x/index.md", date(2020, 1, 2)),
        ("Daily/2024-05-06.md", date(2024, 5, 6)),
        ("_posts/2018-13-11-post.md", None),
        ("_posts/20180411-post.md", None),
        ("posts/hello.md", None),
        ("posts/2020/06/09/hello.md", date(2020, 6, 9)),
        ("posts/2020/06/hello.md", None),
    ],
)
def test_a_date_is_read_from_a_name(path: str, day: date | None):
    found = places.date_of(path)
    assert (found.date() if found else None) == day


def test_a_folder_of_drafts_says_draft():
    assert places.is_draft("_drafts/x.md") is True
    assert places.is_draft("posts/drafts.md") is None


@pytest.mark.parametrize("key", ["anna", "0", "", "a/b", "50%", "#", "a\nb", "é"])
def test_the_path_of_an_item_leads_back_to_its_file(key: str):
    path = places.path_of_item("_data/c#/x.yml", key)
    file, item = places.file_and_item(path)
    assert file == "_data/c#/x.yml" and item is not None and unquote(item) == key
    assert places.file_and_item("_data/c#/x.yml") == ("_data/c#/x.yml", None)
