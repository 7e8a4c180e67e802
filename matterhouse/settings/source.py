"""The settings of a source."""

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, field_serializer, field_validator

from matterhouse.settings.group import Duration, Group
from matterhouse.settings.uris import shown_uri
from matterhouse.sources.files import DEFAULT_EXCLUDE, DEFAULT_INCLUDE, DEFAULT_TEMPLATES, glob_regex
from matterhouse.sources.kinds import other_kind, what_a_uri_is
from matterhouse.sources.uris import locate

NAME = "[a-z0-9][a-z0-9_-]{0,63}"


def _is_glob(glob: str) -> str:
    try:
        glob_regex(glob)
    except ValueError:
        raise ValueError(
            "expected a glob from the source's top, such as folder/**/*.md: this one matches no file"
        ) from None
    return glob


def _is_no_secret(path: str) -> str:
    if not path or "secured" in re.split(r'[."\[\]]+', path):
        raise ValueError("expected a front-matter path, and none of `secured` values: they are never in a history")
    return path


SourceName = Annotated[str, StringConstraints(pattern=f"^{NAME}$")]
Glob = Annotated[str, AfterValidator(_is_glob)]
FollowedPath = Annotated[str, AfterValidator(_is_no_secret)]
EachOnce = AfterValidator(lambda values: tuple(dict.fromkeys(values)))
Globs = Annotated[tuple[Glob, ...], Field(strict=False)]
# The columns of ``records``, and the lists of ``record_topics``, ``record_authors`` and ``record_aliases``, whose
# names in front matter can be set.
CommonColumn = Literal[
    "title", "excerpt", "description", "type", "category", "published_at", "updated_at", "language", "is_draft",
    "weight", "slug", "url", "topics", "authors", "aliases",
]  # fmt: skip
Names = Annotated[tuple[Annotated[str, StringConstraints(min_length=1)], ...], Field(strict=False, min_length=1)]
CollectionName = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class HistorySettings(Group):
    """What the history of a source follows besides the common columns."""

    columns: Annotated[tuple[FollowedPath, ...], EachOnce, Field(strict=False)] = Field(
        (),
        description="Front-matter paths whose values are followed, too, in `history.record_versions.other_values`.",
        examples=[["weight", "draft"]],
    )


class SourceSettings(Group):
    """One content repository.

    ``uri`` holds the secrets of a URL in the clear; ``repr`` and ``model_dump_json`` hide them.
    """

    uri: str = Field(
        ".",
        description=f"Where the content is: {what_a_uri_is()}.",
        examples=["../news", "https://${TOKEN}@git.example.org/news.git"],
    )
    ref: str | None = Field(
        None,
        description="The branch, tag or commit to read, for git only; empty: where HEAD points.",
        examples=["main"],
    )
    trust: bool = Field(
        False,
        description="Whether a git repository on this machine may take content from another one (a `.git` file, "
        "`commondir`, alternates, symbolic links): only for a worktree or shared clone that nobody else writes, since "
        "whoever writes it chooses what is published.",
    )
    include: Globs = Field(
        DEFAULT_INCLUDE,
        description="Globs of the files to read: `*` is any text within a name, `**` any number of folders.",
        examples=[["posts/**/*.md"]],
    )
    exclude: Globs = Field(
        DEFAULT_EXCLUDE,
        description="Globs of files to leave out, even if they are included.",
        examples=[["drafts/**", "**/.*"]],
    )
    templates: Globs = Field(
        DEFAULT_TEMPLATES,
        description="Globs of files that are templates for content rather than content: they are skipped as "
        "`template`. `[]`: none are by their path.",
        examples=[["Templates/**"]],
    )
    publish_secured: bool = Field(
        False, description="Whether the encrypted `secured` values of records are published in `raw.documents`."
    )
    max_age: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="Hours without new content after which a check warns that the source is stale; empty: never.",
        examples=[48],
    )

    every: Duration | None = Field(
        None,
        description="How much time has to have passed since the source was listed last before a run lists it again, as "
        "a whole number and s, m, h, d or w; empty: each run does.",
        examples=["15m", "1d"],
    )

    columns: dict[CommonColumn, Names] = Field(
        {},
        description="Front-matter names that fill a common column, the first one with a value that fits counts; "
        "docs/front-matter.md has the columns and their default names.",
        examples=[{"published_at": ["released", "date"], "topics": ["labels"]}],
    )
    collections: dict[CollectionName, Globs] = Field(
        {},
        description="Globs of the documents of a collection; a document that none matches is of the collection "
        "that its folders say.",
        examples=[{"guides": ["content/*/docs/**"]}],
    )
    data_files: dict[Glob, Literal["record", "items"]] = Field(
        {},
        description="Whether data files hold one `record` or a record per item, by glob, the first one that matches "
        "counts; for others their content tells.",
        examples=[{"_data/theme.yml": "record", "data/menus/*.json": "items"}],
    )

    history: HistorySettings | None = Field(
        None,
        description="`true`: every commit of a git source is read into schema `history` (docs/history.md); with "
        "`columns`, front-matter paths are followed besides the common columns.",
        examples=[True, {"columns": ["sidebar.label", "draft"]}],
    )
    publish_authors: bool = Field(
        False, description="Whether the names of commits' authors are published in schema `history`."
    )

    @property
    def has_history(self) -> bool:
        """Whether the history of the source is read."""
        return self.history is not None

    @property
    def history_columns(self) -> tuple[str, ...]:
        """The front-matter paths that its history follows besides the common columns."""
        return self.history.columns if self.history else ()

    @field_validator("history", mode="before")
    @classmethod
    def _is_on_or_off(cls, history: Any, known: Any) -> Any:
        if not isinstance(history, bool | dict | HistorySettings):
            raise ValueError("expected true, false, or `columns:` with front-matter paths, indented below it")
        if history is False:
            return None
        uri = known.data.get("uri", "")
        if uri.startswith("folder:") or (uri and (other_kind(uri) or locate(uri).is_filled_folder)):
            raise ValueError("expected a git repository as uri, whose commits are the history, not a folder")
        return {} if history is True else history

    @field_validator("uri")
    @classmethod
    def _names_a_place(cls, uri: str) -> str:
        locate(uri)
        return uri

    @field_validator("ref")
    @classmethod
    def _names_a_commit(cls, ref: str | None, known: Any) -> str | None:
        if "uri" in known.data:
            locate(known.data["uri"], ref)
        return ref

    @field_serializer("uri", when_used="json")
    def _without_secrets(self, uri: str) -> str:
        return shown_uri(uri)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        for name, value in super().__repr_args__():
            yield name, shown_uri(value) if name == "uri" else value
