"""A warehouse with a history: the heat of a document over its commits, and files that could not be read once."""

import csv
import io
import re
from pathlib import Path

from matterhouse.engine.run import refresh
from matterhouse.settings.loading import load
from tests.dashboards.conftest import client_of
from tests.dashboards.html import Html
from tests.history.lines import make
from tests.warehouses import rows


def story(heat: str, title: str = "Told") -> str:
    return f"---\ntitle: {title}\nheat: {heat}\n---\n"


def loaded(folder: Path, trees: list[dict[str, str]]) -> tuple[Path, dict[str, str]]:
    """The warehouse of a repository with these commits, and its records' ids by path."""
    make(folder / "content", trees)
    config = folder / "matterhouse.yml"
    config.write_text("sources: {news: {uri: content, history: true}}\n")
    assert refresh(load(config)).error is None
    return folder / "warehouse", dict(rows(folder / "warehouse", "SELECT path, record_id FROM records"))


def test_the_heat_of_a_story_is_drawn_and_told_by_its_commits(tmp_path):
    heats = ["3", "3", "12", "-1", "-1", "7"]
    trees = [{"_news/a.md": story(heat), "_news/b.md": story("1", f"Other {n}")} for n, heat in enumerate(heats)]
    warehouse, ids = loaded(tmp_path, [*trees, {"_news/a.md": story("7"), "_news/b.md": story("1")}])
    with client_of(warehouse) as client:
        moved = Html(client.get(f"/document?record={ids['_news/a.md']}").text)
        lines = list(csv.reader(io.StringIO(client.get(f"/csv/document_heat.csv?record={ids['_news/a.md']}").text)))
        still = Html(client.get(f"/document?record={ids['_news/b.md']}").text)
    assert "How its heat went" in moved.text and len(moved.all("figure")) == 1
    assert [heat for _, heat in lines] == ["heat", "3", "12", "", "7", "7"]
    assert [each["data-value"] for each in moved.all("td") if "data-value" in each] == ["3", "12", "", "7", "7"]
    [path] = moved.all("path")
    assert re.fullmatch(r"M0\.0 75\.0H[\d.]+V0\.0H[\d.]+M[\d.]+ 41\.7H1000\.0V41\.7", path["d"]), path
    [picture] = [each for each in moved.all("svg") if each.get("class") == "plot"]
    assert "at most 12, now 7" in picture["aria-label"]
    assert [each["data-value"] for each in still.all("td") if "data-value" in each] == ["1", "1"]


def test_a_file_that_could_not_be_read_once_is_not_told_as_one_to_mend(tmp_path):
    broken = "---\ntitle: 'never closed\n---\n"
    trees = [{"_news/a.md": story("1"), "_news/b.md": each} for each in (story("1"), broken, story("2"))]
    warehouse, _ = loaded(tmp_path, trees)
    assert rows(warehouse, "SELECT reason FROM meta.rejects") == [("yaml_syntax",)]
    with client_of(warehouse) as client:
        assert "Not readable" not in Html(client.get("/").text).text
        quality = Html(client.get("/quality").text).text
        listed = client.get("/csv/rejects.csv").text.splitlines()
    assert "Every file could be read." in quality and "yaml_syntax" not in quality
    assert len(listed) == 1
