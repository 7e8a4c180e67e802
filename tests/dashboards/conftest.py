"""What tests of the dashboard share: warehouses that are loaded once, and a client of each."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from matterhouse.dashboards.app import application
from matterhouse.engine.run import refresh
from matterhouse.settings.loading import load

DATA = Path(__file__).parents[2] / "data"
HOSTILE_TITLE = "<script>alert(1)</script> \"'><img src=x onerror=alert(2)> {{ 7*7 }} \u202egnp"
HOSTILE = f"""---
title: {json.dumps(HOSTILE_TITLE)}
date: 2026-07-07
excerpt: "<iframe src='https://evil.example'></iframe>"
webUrl: "javascript:alert(3)"
originalUrl: "https://good.example/a?b=1&c=<2>"
topics: ["<b>bold</b>", "a/b?c=d&e#f", "Workshops"]
authors: ["<i>Eve</i> 'x'"]
language: en"><script>
heat: "<u>hot</u>"
images: [{{url: "data:text/html,<script>1</script>", title: "<s>picture</s>"}}, {{url: "https://pictures.example/1.png"}}]
provider: {{name: "<em>Provider</em>", domain: "evil.example/\\"onclick=1"}}
related:
  - {{title: "<script>related</script>", webUrl: "vbscript:1", publishedDateTime: 2026-07-08, provider: {{name: R, domain: r.example}}}}
  - {{title: "A good one", webUrl: "https://r.example/1", publishedDateTime: 2026-07-09, provider: {{name: R, domain: r.example}}}}
'"odd" <column>': "<q>odd</q>"
order: 5
---
Text.
"""


def loaded(content: Path, warehouse: Path, name: str = "sample") -> Path:
    """The warehouse, brought up to date with a folder."""
    report = refresh(load(None, [f"{name}=folder:{content}"], warehouse), accept_drop=True)
    assert report.error is None, report.error
    return warehouse


def written(folder: Path, files: dict[str, str]) -> Path:
    """A folder with these files, which look as if nobody had touched them for long."""
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")
        os.utime(file, (1_700_000_000, 1_700_000_000))
    return folder


def client_of(warehouse: Path, **options) -> TestClient:
    """A browser of this machine."""
    return TestClient(application(warehouse, **options), base_url="http://localhost", follow_redirects=False)


@pytest.fixture(scope="session")
def family(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample repository with a hostile story, in two snapshots."""
    folder = tmp_path_factory.mktemp("family")
    content = Path(shutil.copytree(DATA / "sample", folder / "content"))
    loaded(content, folder / "warehouse")
    written(content, {"_news/2026-07-07-hostile.md": HOSTILE})
    return loaded(content, folder / "warehouse")


@pytest.fixture(scope="session")
def blog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample blog, which has none of the family's tables."""
    return loaded(DATA / "blog", tmp_path_factory.mktemp("blog") / "warehouse", "blog")


@pytest.fixture(scope="session")
def of_family(family: Path) -> Iterator[TestClient]:
    with client_of(family) as client:
        yield client


@pytest.fixture(scope="session")
def of_blog(blog: Path) -> Iterator[TestClient]:
    with client_of(blog) as client:
        yield client
