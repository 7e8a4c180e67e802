"""Topics: all of them, and one."""

from matterhouse.dashboards import charts
from matterhouse.dashboards.looking import EVERY_FILTER, Look, NotFound, Page

_OF_ONE = ("source", "collection", "language", "from", "to")


def topics(look: Look) -> Page:
    """Topics, tags, categories and keywords by their documents."""
    return Page("topics.html", "Topics", {"topics": look.paged("topics")}, EVERY_FILTER)


def topic(look: Look) -> Page:
    """One topic: when, by whom, beside which others."""
    name = look.filters.topic
    facts = look.one("topic_facts") if name else None
    if facts is None:
        raise NotFound(f"No document of this snapshot has the topic {name!r}.")
    totals = look.one("totals") or {}
    values = {
        "facts": facts,
        "totals": totals,
        "chart": charts.published(look, "documents", totals),
        "together": look.top("topics_together"),
        "providers": look.top("providers"),
        "authors": look.top("authors"),
        "latest": look.paged("documents"),
    }
    return Page("topic.html", str(facts["topic"]), values, _OF_ONE)
