"""Documents: a list to search, and one document with all that is known of it."""

import json

from matterhouse.dashboards import charts
from matterhouse.dashboards.filters import text
from matterhouse.dashboards.looking import EVERY_FILTER, Look, NotFound, Page

_MOST_RELATED, _MOST_PICTURES = 500, 50


def documents(look: Look) -> Page:
    """All documents that the filters let through, the newest first."""
    return Page("documents.html", "Documents", {"documents": look.paged("documents")}, EVERY_FILTER)


def document(look: Look) -> Page:
    """One document: what it says of itself, its related coverage over time, what it is linked with, what is odd."""
    record = text("record", look.query)
    facts = look.one("document") if record else None
    if facts is None:
        raise NotFound(f"This snapshot has no document {record!r}.")
    related = look.top("document_related", _MOST_RELATED)
    values = {
        "facts": facts,
        "topics": look.ask("document_topics"),
        "authors": look.ask("document_authors"),
        "images": look.ask("document_images", limit=_MOST_PICTURES),
        "coverage": look.one("document_coverage") if related.rows else None,
        "related": related,
        "chart": charts.coverage(related.rows, look.links.csv("document_related", record=record)),
        "heat": charts.heat(
            look.ask("document_heat") if "history.record_versions" in look.view.tables else [],
            look.links.csv("document_heat", record=record),
        ),
        "cluster": look.ask("document_cluster", limit=100) if related.rows else [],
        "problems": look.ask("document_problems"),
        "head": _head(look, facts["part"]) if look.links.is_server else None,
    }
    return Page("document.html", facts["shown_title"] or "Untitled", values)


def _head(look: Look, part: int | None) -> tuple[str, bool] | None:
    """The front matter as JSON for people, and whether it is only its beginning."""
    row = look.one("document_head", file=f"part-{part:06d}.parquet") if part is not None else None
    if row is None:
        return None
    try:
        return json.dumps(json.loads(row["front_matter"]), ensure_ascii=False, indent=2), False
    except (ValueError, RecursionError):  # the beginning of a long one is no JSON
        return row["front_matter"], row["is_cut"]
