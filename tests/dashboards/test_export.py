"""The pages as files: every link leads somewhere, and the folder is always a whole one."""

import json
import os
from hashlib import blake2b
from pathlib import Path
from urllib.parse import unquote, urljoin

import pytest

from matterhouse.dashboards import export as exporting
from matterhouse.dashboards.export import ExportRefused, export
from tests.dashboards.conftest import loaded, written
from tests.dashboards.html import Html
from tests.warehouses import rows


@pytest.fixture(scope="module")
def site(blog, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "site"
    export(blog, folder)
    return folder


@pytest.fixture(scope="module")
def pages(site) -> dict[str, Html]:
    return pages_of(site)


def pages_of(site: Path) -> dict[str, Html]:
    folder = site.resolve()
    return {file.relative_to(folder).as_posix(): Html(file.read_text()) for file in folder.rglob("*.html")}


def test_every_link_leads_to_a_file(site, pages):
    assert dead_links(site, pages) == [] and len(pages) > 50


def dead_links(site: Path, pages: dict[str, Html]) -> list[tuple[str, str]]:
    wrong = []
    for name, made in pages.items():
        found = [
            *made.links,
            *(each["href"] for each in made.all("link")),
            *(each["src"] for each in made.all("script")),
        ]
        for link in found:
            target = urljoin(f"http://here/{name}", link).partition("#")[0]
            if target.startswith("http://here/") and not (site / unquote(target[12:])).is_file():
                wrong.append((name, link))
    return wrong


def test_it_has_the_pages_and_the_figures_of_the_dashboard(blog, pages, site):
    assert {
        "index.html",
        "topics.html",
        "providers.html",
        "documents.html",
        "content.html",
        "quality.html",
    } <= pages.keys()
    kinds = {name.partition("/")[0] for name in pages if "/" in name}
    assert kinds == {"topic", "document", "table"}
    snapshot = (blog / "current").resolve().name
    assert all(snapshot in made.text for made in pages.values())
    lines = (site / "csv" / "topics.csv").read_text().splitlines()
    assert len(lines) - 1 == rows(blog, "SELECT count(DISTINCT topic) FROM marts.topics_canonical")[0][0]
    assert Html((site / "index.html").read_text()).linked("csv/published")


def test_nothing_in_it_needs_a_server(pages):
    for made in pages.values():
        assert not made.all("form")
        [policy] = [each["content"] for each in made.all("meta") if each.get("http-equiv") == "Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; ")
        assert not [link for link in made.links if "?" in link and not link.startswith("http")]


def test_topics_of_any_name_have_files_of_their_own_or_where_too_long_no_link(tmp_path):
    looks_hashed = f"a-{blake2b(b'A', digest_size=10).hexdigest()}"
    topics = ["A", looks_hashed, "../../x", "..", "a/b?c#d", "T" * 501]
    heads = {f"{number}.md": f"---\ntopics: [{json.dumps(topic)}]\n---\n" for number, topic in enumerate(topics)}
    warehouse = loaded(written(tmp_path / "content", heads), tmp_path / "warehouse")
    done = export(warehouse, tmp_path / "site")
    pages = pages_of(tmp_path / "site")
    about = [made.text.partition(" Topic ")[2].split()[0] for name, made in pages.items() if name.startswith("topic/")]
    assert sorted(about) == sorted(topics[:-1]) and topics[-1] in pages["topics.html"].text
    assert dead_links(tmp_path / "site", pages) == []
    assert done.files == len(pages) + len(list((tmp_path / "site" / "csv").iterdir()))


@pytest.mark.slow
def test_another_export_is_switched_whole_and_the_one_before_stays_for_its_readers(blog, tmp_path):
    folder = tmp_path / "public" / "site"
    export(blog, folder)
    first = folder.resolve()
    export(blog, folder)
    second = folder.resolve()
    assert first != second and first.is_dir() and (folder / "index.html").is_file()
    killed = folder.with_name(f"{first.name[:-8]}0badcafe")
    killed.mkdir()
    (folder.parent / "site.txt").write_text("somebody's own")
    export(blog, folder)
    assert {path.name for path in folder.parent.iterdir() if not path.name.startswith(".")} == {
        "site", "site.txt", second.name, folder.resolve().name,
    }  # fmt: skip


@pytest.mark.slow
def test_an_export_that_fails_leaves_the_one_before(blog, tmp_path, monkeypatch):
    folder = tmp_path / "site"
    export(blog, folder)
    before = folder.resolve()
    monkeypatch.setattr(exporting.csvfiles, "write", lambda *arguments: (_ for _ in ()).throw(OSError("disk is full")))
    with pytest.raises(OSError, match="disk is full"):
        export(blog, folder)
    assert folder.resolve() == before and (folder / "quality.html").is_file()
    assert [path for path in tmp_path.iterdir() if path.is_dir() and not path.is_symlink()] == [before]


def test_what_no_export_made_stays_as_it_is(blog, tmp_path):
    full, linked = tmp_path / "full", tmp_path / "linked"
    full.mkdir()
    (full / "index.html").write_text("mine")
    linked.symlink_to("full")
    for folder in (full, linked):
        with pytest.raises(ExportRefused, match="name another folder"):
            export(blog, folder)
    assert os.listdir(full) == ["index.html"] and os.readlink(linked) == "full"


@pytest.mark.slow
def test_a_news_site_is_exported_with_its_providers_into_an_empty_folder(family, tmp_path):
    (tmp_path / "site").mkdir()
    export(family, tmp_path / "site")
    pages = pages_of(tmp_path / "site")
    assert {name.partition("/")[0] for name in pages if "/" in name} == {"topic", "provider", "document", "table"}
    assert dead_links(tmp_path / "site", pages) == []


@pytest.mark.slow
def test_it_is_bounded_whatever_the_warehouse_holds(family, tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_DOCUMENTS", 3)
    export(family, tmp_path / "site")
    assert len(list((tmp_path / "site" / "document").iterdir())) == 3
