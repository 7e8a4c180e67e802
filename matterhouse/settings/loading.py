"""Loads the settings of a run or a command: those of the file, then those of flags, checked together."""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from matterhouse.settings.engine import EngineSettings
from matterhouse.settings.file import MARTS, TABLES, ConfigError, RawSettings, read
from matterhouse.settings.messages import described
from matterhouse.settings.models import DashboardSettings, Settings, groups
from matterhouse.settings.source import NAME, HistorySettings
from matterhouse.settings.uris import anchored, filled, unusable_folder
from matterhouse.sources.files import DEFAULT_EXCLUDE


def load(
    path: Path | None = None,
    sources: Iterable[str] = (),
    warehouse: Path | None = None,
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    tables: Path | None = None,
    names: Sequence[str] = (),
    needs_sources: bool = True,
) -> Settings:
    """The settings of the file ``path``, by default matterhouse.yml in the current folder, and of the flags.

    ``sources`` are ``NAME=URI``, or ``NAME`` of one of the file: they replace those of the file, but for the other
    settings of a source that has the same name there. ``include`` replaces the globs of every source, ``exclude`` is
    added to them, ``tables`` is a folder with DDL of tables, ``names`` are the sources that ``only`` is
    to choose: where the file has none, they are told. Relative paths start at the file's folder, those of flags at the
    current one. Commands that only read the warehouse pass ``needs_sources=False`` and get none, so that they
    need neither a file nor the sources' secrets. Raises ``ConfigError``, with all mistakes.
    """
    raw, chosen = read(path), list(sources)
    of_file = list(_mapping(raw.values.get("sources")))
    if warehouse is not None:
        raw.note_flag("--warehouse", ("warehouse",), str(warehouse))
        raw.values["warehouse"] = str(warehouse)
    if needs_sources:
        _apply_sources(raw, chosen)
        _fill_in_uris(raw)
        _apply_globs(raw, list(include), list(exclude))
    else:
        raw.values.pop("sources", None)
    if tables is not None:
        raw.note_flag("--tables", ("tables",), str(tables))
        raw.values["tables"] = str(tables)
    settings = _checked(raw)
    settings = settings.choosing(by_flags=bool(chosen), of_file=of_file if chosen else ())
    place = _absolute(settings.warehouse, raw, is_flag=warehouse is not None)
    if needs_sources and not settings.sources:
        raise ConfigError(_no_sources(raw, names))
    own = _own_folder(TABLES, settings.tables, raw, is_flag=tables is not None) if needs_sources else None
    marts = _own_folder(MARTS, settings.marts, raw, is_flag=False) if needs_sources else None
    metrics = settings.metrics_file and (raw.folder / settings.metrics_file.expanduser()).absolute()
    folders = {"warehouse": place, "tables": own, "marts": marts, "metrics_file": metrics}
    settled = {"dashboard": _anchored(settings.dashboard, raw), "engine": _with_folder(settings.engine, raw)}
    return settings.model_copy(update=folders | settled)


def _anchored(dashboard: DashboardSettings, raw: RawSettings) -> DashboardSettings:
    """The settings of the dashboard, its folder absolute."""
    if dashboard.export is None:
        return dashboard
    return dashboard.model_copy(update={"export": Path(os.path.abspath(raw.folder / dashboard.export.expanduser()))})


def _with_folder(engine: EngineSettings, raw: RawSettings) -> EngineSettings:
    """The settings of the engine, its folder absolute."""
    if engine.shared is None or "://" in engine.shared:
        return engine
    folder = os.path.abspath(raw.folder / Path(engine.shared).expanduser())
    return engine.model_copy(update={"shared": folder})


def only(settings: Settings, names: Sequence[str]) -> Settings:
    """The settings for a run that looks at these sources alone; for no name, the settings as they are.

    Raises ``ConfigError`` for an unknown one.
    """
    unknown = [name for name in names if name not in settings.sources]
    if unknown:
        raise ConfigError(f"no source is called {', '.join(unknown)}; there are: {', '.join(settings.sources)}")
    return settings.choosing(dict.fromkeys(names), settings.are_sources_chosen) if names else settings


def _absolute(warehouse: Path, raw: RawSettings, is_flag: bool) -> Path:
    """The warehouse's folder as an absolute path. Raises ``ConfigError`` where DuckDB or SQLite could not open it."""
    place = os.path.abspath((Path.cwd() if is_flag else raw.folder) / warehouse.expanduser())
    why = unusable_folder(place)
    if why:
        raw.report(("warehouse",), f"found {described(place, None)}; {why}")
        raise raw.error()
    return Path(place)


def _own_folder(name: str, folder: Path | None, raw: RawSettings, is_flag: bool) -> Path | None:
    """The folder of the user's tables or marts, by default the one of that name beside the file if it is there."""
    if folder is None:
        beside = raw.folder / name
        return beside if raw.exists and beside.is_dir() else None
    return Path(os.path.abspath((Path.cwd() if is_flag else raw.folder) / folder.expanduser()))


def _checked(raw: RawSettings) -> Settings:
    """The settings as models. Raises one ``ConfigError`` with all mistakes."""
    settings = Settings()
    try:
        settings = Settings.model_validate(raw.values)
    except ValidationError as invalid:
        known = {group: tuple(model.model_fields) for group, model in (groups() | {"history": HistorySettings}).items()}
        raw.report_invalid(invalid.errors(include_url=False), known)
    if raw.problems:
        raise raw.error()
    return settings


def _apply_sources(raw: RawSettings, flags: list[str]) -> None:
    """Put the sources that ``--source`` names in the place of the file's."""
    if not flags:
        return
    before = _mapping(raw.values.get("sources"))
    chosen: dict[str, Any] = {}
    for flag in flags:
        name, _, uri = flag.partition("=")
        path = ("sources", name)
        if flag in before:
            chosen.setdefault(name, before[name])
            continue
        if not uri or not re.fullmatch(NAME, name):
            raw.note_flag("--source", path, flag)
            names = "its name of up to 64 small letters, digits, _ or -"
            raw.report(path, f"found {described(flag, None)}; expected NAME=URI, such as news=../news, {names}")
            continue
        raw.note_flag(f"--source {name}", path, name)
        raw.note_flag(f"--source {name}", (*path, "uri"), uri)
        if name in chosen:
            raw.report(path, "found this name a second time; expected every source once")
        chosen[name] = {**_mapping(before.get(name)), "uri": uri}
    raw.values["sources"] = chosen


def _fill_in_uris(raw: RawSettings) -> None:
    """Fill in the uri of every source and make it absolute; a source without settings gets the default uri."""
    sources = _mapping(raw.values.get("sources"))
    for name, source in sources.items():
        source = {} if source is None else source
        if not isinstance(source, dict):
            continue
        path = ("sources", str(name), "uri")
        uri = "." if source.get("uri") is None else source["uri"]
        try:
            if isinstance(uri, str):
                uri = anchored(filled(uri), os.getcwd() if path in raw.flags else raw.folder)
                uri.encode()
        except UnicodeEncodeError:
            raw.report(path, f"found {described(uri, None)}; expected a path of UTF-8 text, without other bytes")
        except ValueError as error:
            raw.report(path, f"found {described(uri, None)}; {error}")
            uri = "."
        sources[name] = {**source, "uri": uri}


def _apply_globs(raw: RawSettings, include: list[str], exclude: list[str]) -> None:
    """Give every source the globs of ``--include``, and those of ``--exclude`` beside its own."""
    for name, source in _mapping(raw.values.get("sources")).items():
        if not isinstance(source, dict):
            continue
        if include:
            source["include"] = include
            _note_globs(raw, "--include", (str(name), "include"), include, 0)
        own = DEFAULT_EXCLUDE if source.get("exclude") is None else source["exclude"]
        if exclude and isinstance(own, list | tuple):
            source["exclude"] = [*own, *exclude]
            _note_globs(raw, "--exclude", (str(name), "exclude"), exclude, len(own))


def _note_globs(raw: RawSettings, flag: str, path: tuple[str, str], globs: list[str], first: int) -> None:
    for number, glob in enumerate(globs, first):
        raw.note_flag(flag, ("sources", *path, str(number)), glob)


def _mapping(value: Any) -> dict[Any, Any]:
    """``value`` where it is a mapping, else an empty one; what else it is, the models report."""
    return value if isinstance(value, dict) else {}


def _no_sources(raw: RawSettings, names: Sequence[str]) -> str:
    if names:
        found = described(names[0], None)
        return f"--source: found {found}; expected NAME=URI, such as news=../news, as {raw.label} names no source"
    missing = "no source is named" if raw.exists else "there is no such file in this folder, and no source is named"
    remedy = "name one under `sources`" if raw.exists else "run `matterhouse init` to write the file"
    return f"{raw.label}: {missing}; {remedy}, or name a source with --source NAME=URI"
