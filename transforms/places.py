"""What a document's path says: the collection it is of, its language, its slug, its date, whether it is a draft.

``docs/front-matter.md`` has the rules with examples. All of them look at the path alone, so a document is where it is
whatever else the source holds.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache

# Folders that hold a site's content and say nothing about it.
ROOTS = frozenset({"content", "files", "pages", "site", "source", "src", "web", "website", "www"})
# The codes of ISO 639-1.
_LANGUAGES = frozenset(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee"
    " el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is"
    " it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms"
    " mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk"
    " sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi"
    " yo za zh zu".split()
)
_LOCALE = re.compile(r"([A-Za-z]{2})(?:[-_](?:[A-Za-z]{2}|[A-Za-z]{4}|[0-9]{3}))?")
_DATE_PREFIX = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[-_ T](?=.)|$)")
_DATE_FOLDERS = re.compile(r"(?:^|/)(\d{4})/(\d\d?)/(\d\d?)(?=/|$|[-.])")
_ITEM = re.compile(r"(.+\.(?:ya?ml|json|toml))#([^#/]*)", re.IGNORECASE | re.DOTALL)
_UNSAFE = re.compile(r"[%#/\x00-\x1f\x7f]")
_DATA = frozenset({"_data", "data"})
_PLUGIN = "docusaurus-plugin-content-"  # Docusaurus keeps translations in folders of its plugins' names
_INDEX = frozenset({"index", "_index"})


def path_of_item(path: str, key: str) -> str:
    """The path of an item of the data file ``path``, such as ``_data/people.yml#anna``: ``key`` is its key or place.

    A sign in the key that has a meaning in paths is written as in addresses: ``a/b`` as ``a%2Fb``.
    """
    return f"{path}#{_UNSAFE.sub(lambda sign: f'%{ord(sign[0]):02X}', key)}"


def file_and_item(path: str) -> tuple[str, str | None]:
    """The path of the file that a document lies in, and the key or place of an item of a data file, as written."""
    found = _ITEM.fullmatch(path) if "#" in path else None
    return (found[1], found[2]) if found else (path, None)


def collection(path: str, configured: Mapping[str, Callable[[str], object]] | None = None) -> str | None:
    """What kind of thing a document describes; None for one that lies in no folder but a content root.

    ``configured`` says by collection whether a file's path is of it, the first one counts. Else: the folder below
    ``_data``; else the first folder that begins with an underscore, without it; else the first folder below content
    roots and locales. An item of a data file that lies right in ``_data``, ``data`` or no folder is of the file's name.
    """
    path, item = file_and_item(path)
    for of, holds in (configured or {}).items():
        if holds(path):
            return of
    folders, name = _split(path)
    if item is not None and (of_items := _of_items(folders, name)):
        return of_items
    for number, folder in enumerate(folders):
        if folder == "_data":
            return folders[number + 1] if number + 1 < len(folders) else "data"
        if folder.startswith("_") and len(folder) > 1:
            return folder[1:]
    below = _below_roots(folders)
    if folders[:1] == ["content"] and _stem_and_locale(folders, name)[0] == "index":
        below = below[:-1]  # Hugo's and Zola's way to keep a page and its pictures in one folder
    if below:
        return below[0].removeprefix(_PLUGIN)
    return "pages" if folders[-1:] == ["pages"] else None


def _of_items(folders: list[str], name: str) -> str | None:
    """The collection of a data file's items: the folder below ``_data`` or ``data`` that is no locale, else the file's
    name; None where other folders tell.
    """
    at = next((number for number, folder in enumerate(folders) if folder in _DATA), None)
    if at is None and folders:
        return None
    below = [] if at is None else [folder for folder in folders[at + 1 :] if not _is_locale(folder)]
    return below[0] if below else name.rpartition(".")[0] or name


def language(path: str) -> str | None:
    """The language of a document by its path, as written there but with a hyphen: ``fr``, ``pt-br``; None where it has
    none.

    A locale folder below content roots, or right below a folder with an underscore, says it; else, below a content
    root or for a ``README``, what stands between the file's name and its extension: ``about.fr.md``.
    """
    folders, name = _split(file_and_item(path)[0])
    first = next((folder for folder in folders if folder not in ROOTS and folder != "i18n" and folder[0] != "_"), "")
    if _is_locale(first):
        return first.replace("_", "-")
    locale = _stem_and_locale(folders, name)[1]
    return locale.replace("_", "-") if locale else None


def slug(path: str) -> str:
    """The file's name without date prefix, language and extension; for an ``index`` file the name of its folder.

    Of an item of a data file its key; of one in a list the file's name and the place: ``people-3``.
    """
    path, item = file_and_item(path)
    if item and not item.isdecimal():
        return item
    if item:
        return f"{slug(path)}-{item}"
    stem = _named(path)
    dated = _DATE_PREFIX.match(stem)
    return stem[dated.end() :] if dated and dated.end() < len(stem) else stem


def date_of(path: str) -> datetime | None:
    """Midnight in UTC of the date that the name begins with, else of folders such as ``2020/06/09/``."""
    path = file_and_item(path)[0]
    dated = _DATE_PREFIX.match(_named(path))
    return _midnight(*dated.groups()) if dated else date_in_folders(path)


def date_in_folders(path: str) -> datetime | None:
    """Midnight in UTC of the year, month and day that stand one after the other in a path or an address."""
    found = _DATE_FOLDERS.search(path)
    return _midnight(*found.groups()) if found else None


def _midnight(*numbers: str) -> datetime | None:
    try:
        return datetime.combine(date(*map(int, numbers)), time(), UTC)
    except ValueError:
        return None


def is_draft(path: str) -> bool | None:
    """True below a folder ``_drafts`` or ``drafts``, else None: the path does not say."""
    return True if {"_drafts", "drafts"} & set(path.split("/")[:-1]) else None


def _split(path: str) -> tuple[list[str], str]:
    *folders, name = path.split("/")
    return folders, name


def _named(path: str) -> str:
    """What names a document: its file's name, for an ``index`` or ``_index`` file the folder.

    The home page of a site or of a language, which lies in no folder but content roots and a locale, is ``index``.
    """
    folders, name = _split(path)
    stem, _ = _stem_and_locale(folders, name)
    if stem not in _INDEX:
        return stem
    return folders[-1] if _below_roots(folders) else "index"


def _stem_and_locale(folders: list[str], name: str) -> tuple[str, str | None]:
    """A file's name without its extension, and the language before that; a name like ``.md`` stays as it is."""
    stem, _, extension = name.rpartition(".")
    if not stem or not extension:
        return name, None
    before, _, locale = stem.rpartition(".")
    may_have_one = (folders and folders[0] in ROOTS) or before.lower() in ("index", "_index", "readme")
    return (before, locale) if may_have_one and before and _is_locale(locale) else (stem, None)


def _roots_and_locales(folders: list[str]) -> list[str]:
    """The folders at the top that are content roots or locales; a locale ends them."""
    for number, folder in enumerate(folders):
        if _is_locale(folder):
            return folders[: number + 1]
        if folder not in ROOTS and folder != "i18n":
            return folders[:number]
    return folders


def _below_roots(folders: list[str]) -> list[str]:
    return folders[len(_roots_and_locales(folders)) :]


@lru_cache(maxsize=4096)
def _is_locale(folder: str) -> bool:
    found = _LOCALE.fullmatch(folder)
    return found is not None and found[1].lower() in _LANGUAGES
