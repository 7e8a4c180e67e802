"""Who provides content: name, domain, images, publishers and authors."""

import pandas as pd

from matterhouse.transforms import keys
from matterhouse.transforms.fields import TEXT, Fields, arrow_series, frame, python_values
from matterhouse.transforms.unnest import Nested


def provider_columns(fields: Fields, path: str) -> pd.DataFrame:
    """``provider_id``, ``name`` and ``domain`` of the provider at ``path``, aligned with the rows."""
    name, domain = fields.text(f"{path}.name"), fields.text(f"{path}.domain")
    ids = arrow_series(list(map(keys.provider_id, python_values(name), python_values(domain))), TEXT)
    return frame({"provider_id": ids, "name": name, "domain": domain})


def providers(*mentions: pd.DataFrame) -> pd.DataFrame:
    """One row per distinct name and domain among ``mentions`` (frames of ``provider_columns``).

    ``provider_id`` makes no difference between none and an empty text, so both are NULL here.
    """
    seen = pd.concat(mentions, ignore_index=True).dropna(subset="provider_id")
    rows = seen.drop_duplicates("provider_id").sort_values("provider_id", ignore_index=True)
    return rows.assign(**{name: rows[name].where(rows[name] != "") for name in ("name", "domain")})


def publisher_columns(fields: Fields) -> pd.DataFrame:
    return frame({"name": fields.text("name"), "domain": fields.text("domain")})


def author_columns(fields: Fields) -> pd.DataFrame:
    return frame({"name": fields.text("name")})


def provider_image_columns(fields: Fields) -> pd.DataFrame:
    return frame({"url": fields.text("url"), "width": fields.whole("width"), "height": fields.whole("height")})


def named(items: Nested) -> Fields:
    """Publishers or authors of a list; one given as plain text is its name."""
    return Fields([{"name": item} if isinstance(item, str) else item for item in items.items])
