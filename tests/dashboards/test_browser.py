"""The dashboard in a real browser: every page, with and without scripts, by keyboard, on a phone, in the dark, printed."""

import re

import pytest

from matterhouse.dashboards.export import export
from tests.dashboards.browser import Browser, chromium, screenshot, served
from tests.dashboards.conftest import loaded, written
from tests.dashboards.test_heat import loaded as with_history
from tests.dashboards.test_pages import SHOWN_TITLE
from tests.warehouses import rows

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAIN = ["", "topics", "providers", "documents", "content", "quality", "tables"]
VIEWS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}, "has_touch": True},
}


@pytest.fixture(scope="module")
def running():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def addresses(running, family, blog):
    with served(family) as of_family, served(blog) as of_blog:
        yield {"family": of_family, "blog": of_blog}


@pytest.fixture
def browser(running, addresses):
    """A browser at the family's dashboard; in the end nobody else was asked, and no page has complained."""
    opened = Browser(running, addresses["family"])
    yield opened
    assert (opened.foreign, opened.complaints) == ([], [])


def of_one(family) -> list[str]:
    """A page of each kind that is about one thing, the hostile document among them."""
    hostile = "SELECT record_id FROM records WHERE path LIKE '%hostile.md'"
    covered = "SELECT record_id FROM related_links GROUP BY ALL ORDER BY count(*) DESC, record_id LIMIT 1"
    provider = "SELECT provider_id FROM marts.provider_scorecard ORDER BY story_count DESC, provider_id LIMIT 1"
    return [
        *(f"document?record={rows(family, query)[0][0]}" for query in (hostile, covered)),
        f"provider?provider={rows(family, provider)[0][0]}",
        "topic?topic=Workshops",
        "table?table=records&collection~is=news&order=published_at",
        "table?table=nothing",
        "documents?search=nothing-has-this",
    ]


def faults(page) -> list[str]:
    """What axe finds wrong."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{fault['id']}: {fault['nodes'][0]['html'][:200]}" for fault in found]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("site", ["family", "blog"])
def test_every_page_is_drawn_and_can_be_read_by_everyone(running, addresses, family, site, view):
    browser = Browser(running, addresses[site])
    for path in [*MAIN, *(of_one(family) if site == "family" else ["topic?topic=ferry", "table?table=content.posts"])]:
        with browser.open(f"/{path}", **VIEWS[view]) as page:
            assert page.locator("h1").count() == 1, path
            assert faults(page) == [], path
            beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert beyond <= 0, path
            screenshot(page, f"{site}-{view}-{re.sub('[^a-z]+', '-', path)[:40] or 'overview'}")
    assert browser.foreign == []
    assert [words for words in browser.complaints if "404" not in words] == []


def test_charts_are_drawn_read_and_saved(browser):
    with browser.open("/") as page:
        chart = page.locator("figure.chart")
        assert chart.locator("canvas").count() == 1 and not chart.locator("svg.plot").is_visible()
        chart.locator(".u-over").hover(position={"x": 1, "y": 5})
        assert "2024-03-04: " in chart.locator(".readout").inner_text()
        with page.expect_download() as download:
            chart.get_by_role("button", name="PNG").click()
        assert download.value.suggested_filename == "Stories per week.png"
        with page.expect_download() as download:
            chart.get_by_role("link", name="CSV").click()
        assert download.value.suggested_filename == "published.csv"


def painted(chart, *shares: float) -> list[bool]:
    """Whether a chart has a colour, a bar or a line, at these shares of its width."""
    return chart.evaluate(
        """(figure, shares) => {
            const canvas = figure.querySelector("canvas"), sheet = canvas.getBoundingClientRect();
            const plot = figure.querySelector(".u-over").getBoundingClientRect(), scale = canvas.width / sheet.width;
            const [x, y, width, height] = [plot.left - sheet.left, plot.top - sheet.top, plot.width, plot.height]
                .map(length => Math.round(length * scale));
            const {data} = canvas.getContext("2d").getImageData(x, y, width, height);
            const isColour = at => data[at + 3] > 200 && Math.abs(data[at] - data[at + 2]) > 40;
            const rows = [...Array(height).keys()];
            return shares.map(share => rows.some(row => isColour((row * width + Math.floor(share * width)) * 4)));
        }""",
        shares,
    )


def test_the_last_bar_is_drawn(running, tmp_path):
    days = {f"posts/{day}.md": f"---\ntitle: Of {day}\ndate: 2026-01-0{day}\n---\n" for day in (1, 3)}
    warehouse = loaded(written(tmp_path / "content", days), tmp_path / "warehouse")
    with served(warehouse) as address, Browser(running, address).open("/") as page:
        chart = page.locator("figure.chart")
        assert chart.locator("tbody tr").count() == 3
        assert painted(chart, 0.02, 1 / 3 + 0.02, 2 / 3 + 0.02) == [True, False, True]


def test_steps_are_drawn_until_a_gap_begins(running, tmp_path):
    heads = ["heat: 3", "heat: 12", "text: no figure", "heat: 7", "heat: 7"]
    trees = [{"_news/a.md": f"---\ntitle: A {at}\n{head}\n---\n"} for at, head in enumerate(heads)]
    warehouse, ids = with_history(tmp_path, trees)
    path = f"/document?record={ids['_news/a.md']}"
    with served(warehouse) as address, Browser(running, address).open(path) as page:
        chart = page.locator("figure.chart")
        assert painted(chart, 1 / 8, 3 / 8, 5 / 8, 7 / 8) == [True, True, False, True]


def test_filters_work(browser, family):
    [(events,)] = rows(family, "SELECT count(*) FROM records WHERE collection = 'events'")
    with browser.open("/") as page:
        page.locator("select[name=collection]").select_option("events")
        page.get_by_role("button", name="Show").click()
        assert "collection=events" in page.url
        page.get_by_role("link", name="Documents", exact=True).click()
        assert "collection=events" in page.url and page.locator("tbody tr").count() == events
        page.get_by_role("link", name="Clear filters").click()
        assert "collection" not in page.url and page.locator("tbody tr").count() == 50
        page.get_by_role("link", name="Next page").click()
        assert "page=2" in page.url


def test_without_scripts_everything_is_there(browser):
    with browser.open("/", java_script_enabled=False) as page:
        chart = page.locator("figure.chart")
        assert chart.locator("svg.plot").is_visible() and chart.locator("canvas").count() == 0
        assert not chart.locator("tbody tr").first.is_visible()
        chart.locator("summary").click()
        assert chart.locator("tbody tr").first.is_visible()
        page.locator("input[name=from]").fill("2026-01-01")
        page.get_by_role("button", name="Show").click()
        assert "from=2026-01-01" in page.url and "Published from 2026-" in page.locator(".lead").inner_text()


def test_hostile_content_does_nothing(browser, family):
    [hostile, *_] = of_one(family)
    for path in (hostile, "documents", "", "quality"):
        with browser.open(f"/{path}") as page:
            page.wait_for_timeout(100)
            if path != "quality":
                assert SHOWN_TITLE in page.locator("main").inner_text()


def test_the_keyboard_is_enough(browser):
    with browser.open("/tables") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "To the content"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.closest('main') !== null")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert (focused, outline) == (True, "solid")


def test_print_shows_the_figures_and_none_of_the_controls(browser):
    with browser.open("/", color_scheme="dark") as page:
        page.emulate_media(media="print")
        assert page.locator("svg.plot").is_visible() and not page.locator("figure canvas").is_visible()
        assert not page.locator("header nav").is_visible() and not page.locator("form").first.is_visible()
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        assert len(page.pdf()) > 10_000


def test_a_snapshot_that_is_published_meanwhile_is_seen_on_reload(running, tmp_path):
    content = written(tmp_path / "content", {"posts/first.md": "---\ntitle: First\ndate: 2026-01-01\n---\n"})
    warehouse = loaded(content, tmp_path / "warehouse")
    with served(warehouse) as address, Browser(running, address).open("/") as page:
        before = page.locator("footer .code").inner_text()
        written(content, {"posts/second.md": "---\ntitle: Second\ndate: 2026-01-02\n---\n"})
        loaded(content, warehouse)
        page.reload()
        after = page.locator("footer .code").inner_text()
        assert before.startswith("000001-") and after.startswith("000002-")
        assert page.get_by_role("link", name="Second").count() > 0


def test_exported_files_work_from_the_disk(running, family, tmp_path):
    export(family, tmp_path / "site")
    browser = Browser(running, f"file://{(tmp_path / 'site').resolve()}")
    for path in ("index.html", "topics.html", "quality.html"):
        with browser.open(f"/{path}") as page:
            assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px"
            page.locator("nav a").nth(3).click()
            assert page.url.endswith("/documents.html")
            page.locator("tbody a").first.click()
            assert "/document/" in page.url and page.locator("h1").inner_text()
    assert (browser.foreign, browser.complaints) == ([], [])
