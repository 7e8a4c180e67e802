"""Fills in templates: what content says is escaped, and no address of it becomes a link but http and https."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from matterhouse.dashboards import words
from matterhouse.dashboards.links import OVERVIEW, Links, external
from matterhouse.dashboards.looking import Look, Page
from matterhouse.dashboards.opened import question

_FOLDER = Path(__file__).parent / "templates"
NAVIGATION = {
    OVERVIEW: "Overview",
    "topics": "Topics",
    "providers": "Providers",
    "documents": "Documents",
    "content": "Content",
    "quality": "Data quality",
    "tables": "Tables",
}
# A page that is about one thing stands under its list.
_BELOW = {"topic": "topics", "provider": "providers", "document": "documents", "table": "tables"}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@cache
def environment() -> Environment:
    """How templates are filled in: all values are escaped, and one that is not there is a mistake."""
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= words.FILTERS
    made.globals |= {
        "external": external,
        "counted": words.counted,
        "question": question,
        "is_number": words.is_number,
        "weekdays": _WEEKDAYS,
    }
    return made


def compile_templates() -> None:
    """Read and compile all templates."""
    for name in environment().list_templates():
        environment().get_template(name)


def page(look: Look, name: str, made: Page) -> str:
    """A whole page as HTML; ``name`` is what its address calls it."""
    kept = look.filters.query("author", "provider") if look.links.is_server else {}
    section = _BELOW.get(name, name)
    choices = _choices(look) if made.filters else {}
    values: dict[str, Any] = {
        "title": made.title,
        "here": name,
        "look": look,
        "links": look.links,
        "filters": look.filters,
        "offered": [each for each in made.filters if _is_choice(each, choices, kept)],
        "choices": choices,
        "navigation": [
            (look.links.page(each, **kept), words_of, each == section) for each, words_of in NAVIGATION.items()
        ],
        "snapshot": look.view.id,
        "published_at": look.view.published_at,
        "published_ago": words.ago(look.view.published_at, look.now),
        "is_empty": look.view.tables["records"]["rows"] == 0,
    }
    return environment().get_template(made.template).render(values | made.values)


def error(links: Links, status: int, title: str, message: str, advice: str = "") -> str:
    """A page that says what is wrong."""
    values = {"title": title, "status": status, "message": message, "advice": advice, "links": links}
    return environment().get_template("error.html").render(values)


def _is_choice(name: str, choices: dict[str, list[dict[str, Any]]], given: dict[str, str]) -> bool:
    """Whether there is anything to choose by a filter."""
    return name in given or name not in choices or len(choices[name]) > 1


def _choices(look: Look) -> dict[str, list[dict[str, Any]]]:
    """The values that each filter can have, those of most documents first."""
    found: dict[str, list[dict[str, Any]]] = {"source": [], "collection": [], "language": []}
    for row in look.view.ask("choices"):
        found[row["kind"]].append(row)
    return found
