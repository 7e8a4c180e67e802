"""Data quality: sources, rejects, values that do not fit, drift, checks, runs."""

from matterhouse.dashboards.looking import Look, Page


def quality(look: Look) -> Page:
    """How fresh, whole and readable the data is, and how long runs take."""
    runs = look.top("runs", 30)
    values = {
        "sources": look.ask("sources"),
        "rejects": look.top("rejects", 50),
        "field_errors": look.top("field_errors", 50),
        "drift": look.top("drift", 50),
        "skipped": look.ask("skipped"),
        "checks": look.ask("checks"),
        "runs": runs,
        "slowest": max((row["seconds"] or 0 for row in runs.rows), default=0),
        "schema_changes": look.top("schema_changes", 30),
    }
    return Page("quality.html", "Data quality", values, ("source",))
