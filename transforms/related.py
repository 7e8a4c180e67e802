"""The related articles of records, and their images."""

import pandas as pd

from matterhouse.transforms import keys
from matterhouse.transforms.fields import Fields, frame
from matterhouse.transforms.records import each
from matterhouse.transforms.unnest import Nested, spread


def article_columns(fields: Fields, provider_ids: pd.Series) -> pd.DataFrame:
    """What a related entry says of itself, one row a distinct entry."""
    web_url = fields.text("webUrl")
    return frame(
        {
            "title": fields.text("title"),
            "excerpt": fields.text("excerpt"),
            "type": fields.text("type"),
            "quality": fields.whole("quality"),
            "published_at": fields.instant("publishedDateTime"),
            "web_url": web_url,
            "amp_url": fields.text("ampWebUrl"),
            "cdn_amp_url": fields.text("cdnAmpWebUrl"),
            "url_key": each(web_url, keys.url_key),
            "provider_id": provider_ids,
        }
    )


def related_images(parents: pd.Series, entries: Nested, images: Nested, columns: pd.DataFrame) -> pd.DataFrame:
    """One row per image of a related entry: ``record_id``, ``position`` of the entry, ``image_position``.

    ``images`` were unnested from the distinct ``entries``, so each is spread over every place
    where its entry is listed.
    """
    places = entries.links.merge(
        images.links.rename(columns={"parent": "entry", "position": "image_position", "item": "image"}),
        left_on="item",
        right_on="entry",
        validate="m:m",
    )
    place = {
        "record_id": parents.take(places["parent"]),
        "position": places["position"].astype("int32"),
        "image_position": places["image_position"].astype("int32"),
    }
    return frame(place | spread(columns, places["image"]))
