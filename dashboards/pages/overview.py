"""The first page: how much there is, when it was published, on what, by whom, and what is new."""

from typing import Any

from matterhouse.dashboards import charts
from matterhouse.dashboards.looking import EVERY_FILTER, Look, Page

NEWS = "news"


def overview(look: Look) -> Page:
    """How much there is, when it was published, on what, by whom, and what is new."""
    totals = look.one("totals") or {}
    only = {"collection": NEWS} if totals["stories"] and look.filters.collection is None else {}
    unit = "stories" if only or look.filters.collection == NEWS else "documents"
    providers = look.top("providers")
    values = summary(look, totals) | {
        "chart": charts.published(look, unit, span(look, totals, only), **only),
        "topics": look.top("topics"),
        "providers": providers,
        "authors": look.top("authors") if not providers.rows else None,
        "collections": look.ask("collections")[:10],
        "latest": look.top("documents"),
        "sources": look.ask("sources"),
    }
    return Page("overview.html", "Overview", values, EVERY_FILTER)


def span(look: Look, totals: dict[str, Any], only: dict[str, str]) -> dict[str, Any]:
    """The totals whose days a chart begins and ends with."""
    return look.one("totals", **only) or totals if only else totals


def summary(look: Look, totals: dict[str, Any]) -> dict[str, Any]:
    """What the snapshot holds, and what the run that made it brought."""
    run = look.view.manifest["run"]
    is_first = look.view.id.startswith("000001-")
    return {
        "totals": totals,
        "news": look.top("news") if not is_first else None,
        "is_first": is_first,
        "run": run,
        "rejects": look.top("rejects", 1).total,
        "misfits": look.view.tables["meta.field_errors"]["rows"],
    }
