"""Providers: all of them, and one."""

from matterhouse.dashboards import charts
from matterhouse.dashboards.filters import one_of
from matterhouse.dashboards.looking import EVERY_FILTER, Look, NotFound, Page

_OF_ONE = ("source", "collection", "language", "topic", "from", "to")


def providers(look: Look) -> Page:
    """Providers by their own documents, or by how often they are listed as related."""
    sort = one_of("sort", look.query, ("documents", "cited"))
    values = {"providers": look.paged("providers", sort=sort), "sort": sort}
    return Page("providers.html", "Providers", values, EVERY_FILTER)


def provider(look: Look) -> Page:
    """One provider: how much, when, at which hours, on what, and what others list of it."""
    facts = look.one("provider_facts") if look.filters.provider else None
    if facts is None:
        raise NotFound(f"This snapshot has no provider {look.filters.provider!r}.")
    totals = look.one("totals") or {}
    values = {
        "facts": facts,
        "totals": totals,
        "chart": charts.published(look, "documents", totals),
        "rhythm": rhythm(look),
        "topics": look.top("topics"),
        "cited": look.top("provider_cited"),
        "latest": look.paged("documents"),
    }
    return Page("provider.html", facts["name"] or facts["domain"] or "Unnamed provider", values, _OF_ONE)


def rhythm(look: Look) -> dict[int, list[tuple[int, int]]] | None:
    """For each weekday, 24 times how many documents and how dark to show it (0 to 5); None without any."""
    rows = look.ask("rhythm")
    most = max((row["documents"] for row in rows), default=0)
    counts = {(row["weekday"], row["hour"]): row["documents"] for row in rows}
    if not most:
        return None
    return {
        weekday: [(n := counts.get((weekday, hour), 0), -(-5 * n // most)) for hour in range(24)]
        for weekday in range(1, 8)
    }
