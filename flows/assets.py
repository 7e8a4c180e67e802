"""What a published snapshot is to Prefect: assets with names, descriptions, row counts and lineage, and an event.

A source leads to the tables, the tables lead to the views. The bookkeeping in schema ``meta`` is no asset.
"""

from prefect.assets import Asset, AssetProperties
from prefect.events import emit_event

from matterhouse.engine.report import Report
from matterhouse.flows.artifacts import slug, warehouse_id
from matterhouse.settings.models import Settings
from matterhouse.sources import redacted
from matterhouse.sql import schema
from matterhouse.warehouse.layout import Layout

PUBLISHED = "matterhouse.snapshot.published"


def of_sources(settings: Settings) -> list[Asset]:
    """The sources of a warehouse."""
    return [
        _asset(settings, f"sources/{name}", name, f"Content repository {redacted(source.uri)}")
        for name, source in settings.sources.items()
    ]


def of_tables(settings: Settings) -> list[Asset]:
    """The tables that people use."""
    return [_relation(settings, table) for table in schema.tables().values() if table.schema != "meta"]


def of_views(settings: Settings) -> list[tuple[Asset, list[Asset]]]:
    """The views among the tables, each with the tables that DuckDB reads for it; marts are left to `describe`."""
    tables = schema.tables()
    return [
        (_relation(settings, view), [_relation(settings, tables[name]) for name in sorted(view.reads)])
        for view in schema.views().values()
        if view.schema != schema.MARTS
    ]


def tell_published(settings: Settings, report: Report) -> None:
    """The event that an automation can wait for, to refresh a dashboard for instance."""
    emit_event(
        PUBLISHED,
        resource={
            "prefect.resource.id": warehouse_id(settings),
            "prefect.resource.name": str(settings.warehouse),
            "matterhouse.snapshot": report.snapshot or "",
        },
        related=[
            {"prefect.resource.id": asset.key, "prefect.resource.role": "source"} for asset in of_sources(settings)
        ],
        payload={
            "snapshot": report.snapshot,
            "path": str(Layout(settings.warehouse).snapshots / (report.snapshot or "")),
            "run_id": report.run_id,
            "sources": {account.source: account.position for account in report.sources},
            "rows": report.rows,
        },
    )


def _relation(settings: Settings, table: schema.Table) -> Asset:
    return _asset(settings, table.qualified, table.qualified, table.comment)


def _asset(settings: Settings, path: str, name: str, description: str) -> Asset:
    properties = AssetProperties(name=name, description=description[:2500])
    return Asset(key=f"matterhouse://{slug(settings.warehouse)}/{path}", properties=properties)
