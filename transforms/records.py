"""What every document has, whatever its collection: its record, topics, images and actions."""

from base64 import b64decode

import pandas as pd

from matterhouse.transforms import keys
from matterhouse.transforms.durations import seconds
from matterhouse.transforms.fields import FLAG, TEXT, WHOLE, Fields, arrow_series, frame, python_values
from matterhouse.transforms.unnest import Nested, spread


def records(documents: pd.DataFrame, fields: Fields, provider_ids: pd.Series) -> pd.DataFrame:
    """One row per document with a readable record; ``fields`` are the documents' front matters.

    ``first_seen_at`` and ``last_changed_at`` come from ``documents``: they are the run's to say.
    """
    secured = fields.raw("secured")
    web_url, original_url, length = fields.text("webUrl"), fields.text("originalUrl"), fields.text("length")
    return frame(
        {
            "record_id": documents["record_id"],
            "source": documents["source"],
            "collection": documents["collection"],
            "path": documents["path"],
            "slug": each(documents["path"], keys.slug),
            "title": fields.text("title").fillna(fields.text("name")),
            "excerpt": fields.text("excerpt").fillna(fields.text("bio")).fillna(fields.text("description")),
            "type": fields.text("type"),
            "category": fields.text("category"),
            "layout": fields.text("layout"),
            "taxonomy": fields.text("taxonomy"),
            "length": length,
            "length_seconds": each(length, seconds, WHOLE),
            "published_at": fields.instant("publishedDateTime"),
            "web_url": web_url,
            "original_url": original_url,
            "amp_url": fields.text("ampWebUrl"),
            "cdn_amp_url": fields.text("cdnAmpWebUrl"),
            "url_key": each(web_url, keys.url_key).fillna(each(original_url, keys.url_key)),
            "quality": fields.whole("quality"),
            "heat": fields.whole("heat"),
            "is_published": fields.flag("published"),
            "is_removed": fields.flag("removed"),
            "is_secured": arrow_series([value is not None for value in secured], FLAG),
            "is_secured_valid": arrow_series([None if value is None else _is_valid(value) for value in secured], FLAG),
            "featured_content": fields.text("featuredContent"),
            "provider_id": provider_ids,
            "body_length": documents["body_length"],
            "content_hash": documents["content_hash"],
            "first_seen_at": documents["first_seen_at"],
            "last_changed_at": documents["last_changed_at"],
        }
    )


def _is_valid(secured: object) -> bool:
    """Whether a secured value is ``base64;base64`` with a second part of 16 bytes."""
    try:
        text, _, vector = secured.partition(";")
        return bool(b64decode(text, validate=True)) and len(b64decode(vector, validate=True)) == 16
    except (AttributeError, ValueError):
        return False


def each(values: pd.Series, function, dtype: pd.ArrowDtype = TEXT) -> pd.Series:
    """``function`` of every value that is not NULL."""
    return arrow_series([None if value is None else function(value) for value in python_values(values)], dtype)


def listed(parents: pd.Series, nested: Nested, columns: pd.DataFrame) -> pd.DataFrame:
    """One row per list item: the key of its parent, its position, and the item's ``columns``.

    ``parents`` has the key of every row whose list ``nested`` was made from.
    """
    links = nested.links
    place = {parents.name: parents.take(links["parent"]), "position": links["position"].astype("int32")}
    return frame(place | spread(columns, links["item"]))


def values(name: str, nested: Nested) -> tuple[pd.DataFrame, Fields]:
    """A column ``name`` of items that are plain texts, NULL items among them."""
    fields = Fields([{"": item} for item in nested.items])
    return frame({name: fields.text("")}), fields


def image_columns(fields: Fields) -> pd.DataFrame:
    """What an image says of itself; ``fields`` are images, those given as plain text as mappings."""
    return frame(
        {
            "url": fields.text("url"),
            "width": fields.whole("width"),
            "height": fields.whole("height"),
            "title": fields.text("title"),
            "attribution": fields.text("attribution"),
            "is_cached": fields.flag("isCached"),
        }
    )


def image_fields(items: list[object]) -> Fields:
    """Images of a list; one given as plain text is its address."""
    return Fields([{"url": item} if isinstance(item, str) else item for item in items])


def action_columns(fields: Fields) -> pd.DataFrame:
    return frame({name: fields.text(name) for name in ("type", "title", "attribution", "url")})
