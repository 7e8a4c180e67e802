"""Content of any site: collections, completeness of metadata, authors, tags, languages, stale pages."""

from typing import Any

from matterhouse.dashboards import charts
from matterhouse.dashboards.looking import EVERY_FILTER, Look, Page
from matterhouse.dashboards.pages.providers import rhythm


def content(look: Look) -> Page:
    """What any front matter says: collections, completeness, authors, tags, languages, stale pages."""
    totals = look.one("totals") or {}
    values = {
        "totals": totals,
        "chart": charts.published(look, "documents", totals),
        "collections": look.ask("collections"),
        "completeness": completeness(look),
        "authors": look.top("authors", 15),
        "topics": look.top("topics", 15),
        "similar": look.top("similar_tags", 15),
        "languages": look.ask("languages"),
        "stale": look.top("stale_pages", 15),
        "rhythm": rhythm(look),
    }
    return Page("content.html", "Content", values, EVERY_FILTER)


def completeness(look: Look) -> tuple[list[str], list[dict[str, Any]]]:
    """The columns' names, and for each collection its share filled per column."""
    rows = look.ask("completeness")
    names = sorted({row["column_name"] for row in rows})
    found: dict[str | None, dict[str, Any]] = {}
    for row in rows:
        of_one = found.setdefault(
            row["collection"], {"collection": row["collection"], "documents": row["documents"], "shares": {}}
        )
        of_one["shares"][row["column_name"]] = row["filled_share"]
    return names, list(found.values())
