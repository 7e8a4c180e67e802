"""The pages by what their addresses call them."""

from collections.abc import Callable

from matterhouse.dashboards.links import OVERVIEW
from matterhouse.dashboards.looking import Look, Page
from matterhouse.dashboards.pages.content import content
from matterhouse.dashboards.pages.documents import document, documents
from matterhouse.dashboards.pages.overview import overview
from matterhouse.dashboards.pages.providers import provider, providers
from matterhouse.dashboards.pages.quality import quality
from matterhouse.dashboards.pages.tables import table, tables
from matterhouse.dashboards.pages.topics import topic, topics

PAGES: dict[str, Callable[[Look], Page]] = {
    OVERVIEW: overview,
    "topics": topics,
    "topic": topic,
    "providers": providers,
    "provider": provider,
    "documents": documents,
    "document": document,
    "content": content,
    "quality": quality,
    "tables": tables,
    "table": table,
}
