"""Every setting, declared once: its type, default, bounds, description and examples.

``matterhouse.settings.reference`` makes from them the file that ``matterhouse init`` writes and the tables of
docs/configuration.md.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, PrivateAttr, field_validator

from matterhouse.settings.engine import EngineSettings
from matterhouse.settings.group import Duration, Group
from matterhouse.settings.notices import NoticeSettings
from matterhouse.settings.source import EachOnce, SourceName, SourceSettings
from matterhouse.sources.limits import Limits
from matterhouse.sources.stores import refuse_url

_BOUNDS = Limits()
_NO_FOLDER = re.compile(r"^[A-Za-z0-9+]{2,}:/|\$\{|\0")


def _is_a_prefix(url: str) -> str:
    refuse_url(url)
    return url.rstrip("/")


Prefix = Annotated[str, AfterValidator(_is_a_prefix)]


class LimitSettings(Group):
    """Bounds of what a source may hold (those of ``matterhouse.sources.limits``), and of what a run may lose."""

    file_bytes: int = Field(_BOUNDS.file_bytes, ge=1, description="Bytes of a file; a larger one is rejected.")
    head_bytes: int = Field(_BOUNDS.head_bytes, ge=1, description="Bytes of a document's front matter.")
    depth: int = Field(_BOUNDS.depth, ge=1, le=200, description="Levels that front matter may nest, at most 200.")
    nodes: int = Field(_BOUNDS.nodes, ge=1, description="Values in one front matter, after its aliases are followed.")
    related: int = Field(_BOUNDS.related, ge=1, description="Related entries of one document.")
    files: int = Field(_BOUNDS.files, ge=1, description="Files of a source, also those that no glob includes.")
    git_seconds: float = Field(
        _BOUNDS.git_seconds,
        gt=0,
        le=10_000_000,
        allow_inf_nan=False,
        description="Seconds that one git command may take, a transfer or one that reads, or the transfer of an "
        "archive; then it is stopped.",
    )
    git_memory: int = Field(_BOUNDS.git_memory, ge=100_000_000, description="Bytes of memory that git may take.")
    git_file_bytes: int = Field(
        _BOUNDS.git_file_bytes, ge=1_000_000, description="Bytes of a file that git may write, such as a clone's pack."
    )
    archive_bytes: int = Field(
        _BOUNDS.archive_bytes, ge=1, description="Bytes of an archive, and of all that it unpacks to."
    )
    rejected_share: float = Field(
        0.05,
        ge=0,
        le=1,
        description="A run fails when more than this share of a source's documents is rejected (0.05 is 5 %) ...",
    )
    rejected_count: int = Field(10, ge=0, description="... and, at the same time, more than this number of them.")
    dropped_share: float = Field(
        0.30,
        ge=0,
        le=1,
        description="A source fails when it loses more than this share of its documents, a run when a source loses "
        "more than this share of its rows in a table, and more than ten each, unless `--accept-drop` is given.",
    )


class RetentionSettings(Group):
    """How long old snapshots stay: those that either setting keeps, and always the current one; and other things."""

    keep: int = Field(5, ge=1, description="How many of the newest snapshots stay, whatever their age.")
    grace_hours: float = Field(
        24,
        ge=0,
        allow_inf_nan=False,
        description="Hours for which every snapshot stays, so that its readers can finish.",
    )
    flow_run_days: float = Field(
        60, ge=1, allow_inf_nan=False, description="Days after which `maintain` forgets runs on Prefect's pages."
    )
    removed: Duration = Field(
        "90d",
        description="How long `meta.removed` names a file that is gone, as a whole number and s, m, h, d or w (`0s`: "
        "not at all).",
        examples=["1d"],
    )
    unreadable: Duration = Field(
        "30d",
        description="How long a file that cannot be read any more keeps the records that it had when it could, as a "
        "whole number and s, m, h, d or w (`0s`: not at all); `meta.files.kept_since` marks it.",
        examples=["7d"],
    )
    sources: Duration | None = Field(
        None,
        description="How long a source keeps its rows that the configuration does not name any more, as a whole number "
        "and s, m, h, d or w (`0s`: not at all); empty: until `matterhouse forget NAME` or `run --accept-drop` takes "
        "them out. The rows of one that has another name now move there at once.",
        examples=["30d"],
    )


class DashboardSettings(Group):
    """The dashboard that people read; what serves it is ``matterhouse dashboard``, or any web server."""

    url: str | None = Field(
        None,
        description="Where people find the dashboard, or the page of an export on data quality (it ends in `.html`); "
        "scheduled runs link to it.",
        examples=["https://dash.example.org/", "https://example.org/warehouse/quality.html"],
    )
    export: Annotated[Path, Field(strict=False)] | None = Field(
        None,
        description="Where the deployment `export` writes the dashboard as files after each publication "
        "(docs/dashboard.md); empty: nowhere.",
        examples=["/var/www/warehouse"],
    )

    @field_validator("url")
    @classmethod
    def _is_a_url(cls, url: str | None) -> str | None:
        if url is not None and not re.match("https?://[^/?#@]+(?:[/?#]|$)", url):
            raise ValueError("expected a URL without a password, as in https://dash.example.org/")
        return url

    @property
    def quality_url(self) -> str | None:
        """The page on data quality."""
        if self.url is None or self.url.endswith(".html"):
            return self.url
        return f"{self.url.rstrip('/')}/quality"


class Settings(Group):
    """Everything that can be set. ``matterhouse.settings.loading.load`` gives one whose paths are absolute."""

    warehouse: Annotated[Path, Field(strict=False)] = Field(
        Path("warehouse"),
        description="The folder for snapshots, state and lock; a run makes it.",
        examples=["/srv/warehouse"],
    )
    _are_sources_chosen: bool = PrivateAttr(False)
    _chosen: tuple[str, ...] = PrivateAttr(())
    _of_file: frozenset[str] = PrivateAttr(frozenset())

    sources: dict[SourceName, SourceSettings] = Field(
        {},
        description="The content repositories, each under a name of your choice that becomes the column `source`.",
    )
    tables: Annotated[Path, Field(strict=False)] | None = Field(
        None,
        description="The folder with the DDL of your own tables (docs/your-tables.md); empty: the folder `tables` "
        "beside this file, if there is one.",
        examples=["warehouse-tables"],
    )
    marts: Annotated[Path, Field(strict=False)] | None = Field(
        None,
        description="The folder with marts of your own (docs/your-marts.md); empty: the folder `marts` beside this "
        "file, if there is one.",
        examples=["warehouse-marts"],
    )
    limits: LimitSettings = Field(
        LimitSettings(),
        description="What is too much: a file beyond a limit is rejected, a run beyond a limit publishes nothing.",
    )
    retention: RetentionSettings = Field(
        RetentionSettings(),
        description="How long things stay: snapshots that `keep` or `grace_hours` keeps, always the current one, and "
        "rows of what is gone.",
    )
    notices: NoticeSettings = Field(
        NoticeSettings(),
        description="Whom to tell when a scheduled run failed, rejected too many files, or found a source stale.",
    )
    metrics_file: Annotated[Path, Field(strict=False)] | None = Field(
        None,
        description="A file that each run writes anew with its metrics, for the text collector of Prometheus's node "
        "exporter; empty: none (docs/operating.md).",
        examples=["/var/lib/node_exporter/matterhouse.prom"],
    )
    dashboard: DashboardSettings = Field(
        DashboardSettings(), description="The dashboard: where it is, and where it is exported to as files."
    )
    engine: EngineSettings = Field(
        EngineSettings(), description="Where batches are read: here, in more processes, or on a Dask cluster."
    )
    sources_at_once: int = Field(
        8, ge=1, le=64, description="How many sources are listed at the same time, since most of it may be waiting."
    )
    batch_bytes: int = Field(
        48_000_000, ge=1, description="Bytes of documents that are held in memory and transformed at a time."
    )
    audit_share: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Share of the documents read that are read a second time, by PyYAML, and compared. Without one, "
        "about twenty of a run's documents, and at most one in a hundred.",
        examples=[0.01],
    )
    publish: Annotated[tuple[Prefix, ...], EachOnce, Field(strict=False)] = Field(
        (),
        description="Prefixes of object stores that each published snapshot is sent to, besides the folder "
        "(docs/operating.md); `retention` holds there, too.",
        examples=[["s3://bucket/warehouse"]],
    )

    def audit_share_of(self, documents: int) -> float:
        """The share of a run's ``documents`` to read a second time."""
        return min(0.01, 20 / max(documents, 1)) if self.audit_share is None else self.audit_share

    @property
    def are_sources_chosen(self) -> bool:
        """Whether flags chose the sources: then a source that is not among them may well be configured."""
        return self._are_sources_chosen

    @property
    def chosen(self) -> tuple[str, ...]:
        """The sources that a run is to look at, due or not, and at no other one; none: those that are due."""
        return self._chosen

    @property
    def of_file(self) -> frozenset[str]:
        """The sources that the configuration file names, where flags chose others."""
        return self._of_file

    def choosing(self, names: Iterable[str] = (), by_flags: bool = False, of_file: Iterable[str] | None = None) -> Self:
        """The same settings for a run that looks at these sources alone, or whose ``sources`` flags chose."""
        settings = self.model_copy()
        settings._chosen, settings._are_sources_chosen = tuple(names), by_flags
        settings._of_file = self._of_file if of_file is None else frozenset(of_file)
        return settings

    @field_validator("warehouse", mode="before")
    @classmethod
    def _is_a_folder(cls, folder: Any) -> Any:
        if isinstance(folder, str | Path) and (folder == "" or _NO_FOLDER.search(str(folder))):
            raise ValueError("expected a folder on this machine (and ${NAME} is only filled in in a uri)")
        return folder


def groups() -> dict[str, type[Group]]:
    """The model of each group of settings by its name; "" has the settings that stand in no group."""
    return {
        "": Settings,
        "sources": SourceSettings,
        "limits": LimitSettings,
        "retention": RetentionSettings,
        "notices": NoticeSettings,
        "dashboard": DashboardSettings,
        "engine": EngineSettings,
    }
