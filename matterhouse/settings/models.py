"""Configuration: what ``matterhouse.yml`` and the flags of the command line settle, checked.

docs/configuration.md describes every setting; ``template`` is the file that ``matterhouse init``
writes. Whatever is wrong becomes one ``ConfigError`` that lists all mistakes.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_serializer,
    field_validator,
    model_validator,
)

from matterhouse.settings.file import FILE_NAME, ConfigError, Written, described, read, shown_uri
from matterhouse.sources.files import DEFAULT_EXCLUDE, DEFAULT_INCLUDE, glob_regex
from matterhouse.sources.limits import Limits
from matterhouse.sources.uris import locate

_BOUNDS = Limits()
_NAME = "[a-z0-9][a-z0-9_-]{0,63}"
_VARIABLE = re.compile(r"\$\{([^}]*)(\}?)")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_HALF_URL = re.compile(r"(https?|ssh|git|file):/(?!/)|file://(?!/)")
_NO_FOLDER = re.compile(r"^[A-Za-z0-9+]{2,}:/|\$\{|\0")
_REMOTE_HELPER = re.compile(r"[A-Za-z0-9+._-]*::")


def _is_glob(glob: str) -> str:
    try:
        glob_regex(glob)
    except ValueError:
        raise ValueError(
            "expected a glob from the source's top, such as folder/**/*.md: this one matches no file"
        ) from None
    return glob


SourceName = Annotated[str, StringConstraints(pattern=f"^{_NAME}$")]
Glob = Annotated[str, AfterValidator(_is_glob)]
Globs = Annotated[tuple[Glob, ...], Field(strict=False)]


class _Group(BaseModel):
    """Settings that stand together; a setting without a value (``ref:``) is one that is left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_what_is_empty(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if value is not None or name not in cls.model_fields}


class SourceSettings(_Group):
    """One content repository.

    ``uri`` holds the secrets of a URL in the clear; ``repr`` and ``model_dump_json`` hide them.
    """

    uri: str = Field(".", description="Where the content is: a folder, a git repository or a git URL.")
    ref: str | None = Field(
        None, description="The branch, tag or commit to read, for git only; empty: where HEAD points."
    )
    include: Globs = Field(
        DEFAULT_INCLUDE,
        description="Globs of the files to read: `*` is any text within a name, `**` any number of folders.",
    )
    exclude: Globs = Field(DEFAULT_EXCLUDE, description="Globs of files to leave out, even if they are included.")
    publish_secured: bool = Field(
        False, description="Whether the encrypted `secured` values of records are published in `raw.documents`."
    )
    max_age: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="Hours without new content after which a check warns that the source is stale; empty: never.",
    )

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


class LimitSettings(_Group):
    """Bounds of what a source may hold (those of ``matterhouse.sources.limits``), and of what a run may lose."""

    file_bytes: int = Field(_BOUNDS.file_bytes, ge=1, description="Bytes of a file; a larger one is rejected.")
    head_bytes: int = Field(_BOUNDS.head_bytes, ge=1, description="Bytes of a document's front matter.")
    depth: int = Field(_BOUNDS.depth, ge=1, le=200, description="Levels that front matter may nest, at most 200.")
    nodes: int = Field(_BOUNDS.nodes, ge=1, description="Values in one front matter, after its aliases are followed.")
    related: int = Field(_BOUNDS.related, ge=1, description="Related entries of one document.")
    files: int = Field(_BOUNDS.files, ge=1, description="Files of a source, also those that no glob includes.")
    rejected_share: float = Field(
        0.05, ge=0, le=1, description="A run fails when more than this share of a source's documents is rejected ..."
    )
    rejected_count: int = Field(10, ge=0, description="... and, at the same time, more than this number of them.")
    dropped_share: float = Field(
        0.30,
        ge=0,
        le=1,
        description="A run fails when a table loses more than this share of its rows, unless it is told `--accept-drop`.",
    )


class RetentionSettings(_Group):
    """Which old snapshots stay: those that either setting keeps, and always the current one."""

    keep: int = Field(5, ge=1, description="How many of the newest snapshots stay, whatever their age.")
    grace_hours: float = Field(
        24,
        ge=0,
        allow_inf_nan=False,
        description="Hours for which every snapshot stays, so that its readers can finish.",
    )


class NoticeSettings(_Group):
    """Whom to tell when a scheduled run needs a person. ``webhook`` may be a secret: ``repr`` and JSON leave it out."""

    webhook: str | None = Field(
        None,
        repr=False,
        exclude=True,
        description="A URL that gets each notice as JSON; `${NAME}` in it is filled in when it is sent.",
    )
    block: str | None = Field(
        None, description="A notification block of Prefect's that sends each notice, as `type/name`."
    )
    repeat_hours: float = Field(
        24, ge=0, allow_inf_nan=False, description="Hours for which the same notice is not sent again."
    )

    @field_validator("webhook")
    @classmethod
    def _is_a_url(cls, webhook: str | None) -> str | None:
        if webhook is not None and not webhook.startswith(("https://", "http://", "${")):
            raise ValueError("expected a URL, as in https://hooks.example.org/${TOKEN}")
        return webhook

    @field_validator("block")
    @classmethod
    def _is_a_block(cls, block: str | None) -> str | None:
        if block is not None and not re.fullmatch("[a-z0-9-]+/[a-z0-9-]+", block):
            raise ValueError("expected the type and the name of a block, as in slack-webhook/operators")
        return block


class Settings(_Group):
    """Everything that can be set; ``load`` gives one whose paths are absolute."""

    warehouse: Annotated[Path, Field(strict=False)] = Field(
        Path("warehouse"), description="The folder for snapshots, state and lock; a run makes it."
    )
    sources: dict[SourceName, SourceSettings] = Field(
        {}, description="The content repositories, each under a name that becomes the column `source`."
    )
    limits: LimitSettings = Field(
        LimitSettings(), description="What is too much: of one file, of one source, of one run."
    )
    retention: RetentionSettings = Field(RetentionSettings(), description="Which old snapshots stay.")
    notices: NoticeSettings = Field(NoticeSettings(), description="Whom to tell when a scheduled run needs a person.")
    batch_bytes: int = Field(
        48_000_000, ge=1, description="Bytes of documents that are held in memory and transformed at a time."
    )
    audit_share: float = Field(
        0.01,
        ge=0,
        le=1,
        description="Share of the documents read that are read a second time, by PyYAML, and compared.",
    )

    @field_validator("warehouse", mode="before")
    @classmethod
    def _is_a_folder(cls, folder: Any) -> Any:
        if isinstance(folder, str | Path) and (folder == "" or _NO_FOLDER.search(str(folder))):
            raise ValueError("expected a folder on this machine (and ${NAME} is only filled in in a uri)")
        return folder


def load(
    path: Path | None = None,
    sources: Iterable[str] = (),
    warehouse: Path | None = None,
    *,
    needs_sources: bool = True,
) -> Settings:
    """The settings of the file ``path``, by default matterhouse.yml in the current folder, and of the flags.

    ``sources`` are ``NAME=URI``: they replace those of the file, but for the other settings of a
    source that has the same name there. Relative paths start at the file's folder, those of flags
    at the current one. Commands that only read the warehouse pass ``needs_sources=False`` and get
    none, so that they need neither a file nor the sources' secrets. Raises ConfigError.
    """
    written = read(path)
    if warehouse is not None:
        written.take_flag("--warehouse", ("warehouse",), str(warehouse))
        written.data["warehouse"] = str(warehouse)
    if needs_sources:
        _take_flags(written, list(sources))
        _settle_uris(written)
    else:
        written.data.pop("sources", None)
    settings = _checked(written)
    if needs_sources and not settings.sources:
        raise ConfigError(_no_sources(written))
    folder = written.folder if warehouse is None else Path.cwd()
    absolute = os.path.abspath(folder / settings.warehouse.expanduser())
    return settings.model_copy(update={"warehouse": Path(absolute)})


def template() -> str:
    """The commented file that ``matterhouse init`` writes."""
    return (Path(__file__).parent / FILE_NAME).read_text("utf-8")


def _checked(written: Written) -> Settings:
    """The settings, or all the mistakes in one ConfigError."""
    settings = Settings()
    try:
        settings = Settings.model_validate(written.data)
    except ValidationError as invalid:
        groups = {"": Settings, "sources": SourceSettings, "limits": LimitSettings}
        groups |= {"retention": RetentionSettings, "notices": NoticeSettings}
        known = {group: tuple(model.model_fields) for group, model in groups.items()}
        written.report_invalid(invalid.errors(include_url=False), known)
    if written.problems:
        raise written.error()
    return settings


def _take_flags(written: Written, flags: list[str]) -> None:
    """Put the sources that flags name in the place of the file's."""
    if not flags:
        return
    before = written.data.get("sources")
    before = before if isinstance(before, dict) else {}
    chosen: dict[str, Any] = {}
    for flag in flags:
        name, _, uri = flag.partition("=")
        path = ("sources", name)
        if not uri or not re.fullmatch(_NAME, name):
            written.take_flag("--source", path, flag)
            names = "its name of up to 64 small letters, digits, _ or -"
            written.report(path, f"found {described(flag, None)}; expected NAME=URI, such as news=../news, {names}")
            continue
        written.take_flag(f"--source {name}", path, name)
        written.take_flag(f"--source {name}", (*path, "uri"), uri)
        if name in chosen:
            written.report(path, "found this name a second time; expected every source once")
        kept = before.get(name)
        chosen[name] = {**(kept if isinstance(kept, dict) else {}), "uri": uri}
    written.data["sources"] = chosen


def _settle_uris(written: Written) -> None:
    """Fill in and anchor the uri of every source; an empty source is one of default settings."""
    sources = written.data.get("sources")
    if not isinstance(sources, dict):
        return
    for name, source in sources.items():
        source = {} if source is None else source
        if not isinstance(source, dict):
            continue
        path = ("sources", str(name), "uri")
        uri = "." if source.get("uri") is None else source["uri"]
        try:
            if isinstance(uri, str):
                uri = _anchored(filled(uri), os.getcwd() if path in written.flags else written.folder)
        except ValueError as error:
            written.report(path, f"found {described(uri, None)}; {error}")
            uri = "."
        sources[name] = {**source, "uri": uri}


def filled(uri: str) -> str:
    """``uri`` with the values of the environment variables that it names; raises ValueError for one that is not set."""

    def value(variable: re.Match[str]) -> str:
        if not variable[2] or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable[1]):
            raise ValueError("expected the name of an environment variable between ${ and }, as in ${TOKEN}")
        if not os.environ.get(variable[1]):
            raise ValueError(f"expected the environment variable {variable[1]} to have a value, but it is not set")
        return os.environ[variable[1]]

    return _VARIABLE.sub(value, uri)


def _anchored(uri: str, folder: str | os.PathLike[str]) -> str:
    """``uri`` such that ``matterhouse.sources.uris.locate`` finds, from anywhere, what it would find in ``folder``."""
    prefix = next((known for known in ("folder:", "git+") if uri.startswith(known)), "")
    where = uri.removeprefix(prefix)
    if _HALF_URL.match(where):
        raise ValueError("expected two slashes in a URL, and the whole path in one of a file, as in file:///srv/news")
    if (prefix != "folder:" and (_URL.match(where) or where[:1] in ("", "-"))) or _REMOTE_HELPER.match(uri):
        return uri
    path = os.path.abspath(os.path.join(folder, os.path.expanduser(where)))
    is_remote = not os.path.exists(path) and ":" in where.split("/")[0] and locate(uri).kind == "remote"
    return uri if is_remote else prefix + path


def _no_sources(written: Written) -> str:
    missing = "no source is named" if written.exists else "there is no such file in this folder, and no source is named"
    remedy = "name one under `sources`" if written.exists else "run `matterhouse init` to write the file"
    return f"{written.label}: {missing}; {remedy}, or name a source with --source NAME=URI"
