"""Tables of single collections: learning, events, people, communities, organizations, topics."""

import pandas as pd

from matterhouse.transforms.durations import seconds
from matterhouse.transforms.fields import TEXT, WHOLE, Fields, arrow_series, frame
from matterhouse.transforms.records import each


def learning(ids: pd.Series, fields: Fields) -> pd.DataFrame:
    """One row per record of ``learning``."""
    length = fields.text("length")
    return frame(
        {
            "record_id": ids,
            "price": fields.text("price"),
            "length": length,
            "length_seconds": each(length, seconds, WHOLE),
            "rating_count": fields.whole("ratings.count"),
            "rating_average": fields.number("ratings.average"),
        }
    )


def events(ids: pd.Series, fields: Fields) -> pd.DataFrame:
    """One row per record of ``events``."""
    return frame(
        {
            "record_id": ids,
            "starts_at": fields.instant("startDateTime"),
            "ends_at": fields.instant("endDateTime"),
            "website": fields.text("website"),
        }
    )


def people(ids: pd.Series, fields: Fields, affiliation_ids: pd.Series) -> pd.DataFrame:
    """One row per record of ``people``."""
    return frame(
        {
            "record_id": ids,
            "location": fields.text("location"),
            "website": fields.text("website"),
            "affiliation_provider_id": affiliation_ids,
            "twitter_username": fields.text("twitter.username"),
            "twitter_url": fields.text("twitter.url"),
            "twitter_followers": fields.whole("twitter.followers"),
            "linkedin_url": fields.text("linkedin.url"),
            "twitch_url": fields.text("twitch.url"),
            "twitch_followers": fields.whole("twitch.followers"),
            "youtube_url": fields.text("youtube.url"),
            "youtube_subscribers": fields.whole("youtube.subscribers"),
        }
    )


def communities(ids: pd.Series, fields: Fields) -> pd.DataFrame:
    """One row per record of ``communities``."""
    return frame({"record_id": ids, "member_count": fields.whole("members")})


def organizations(ids: pd.Series, fields: Fields) -> pd.DataFrame:
    """One row per record of ``_data/organizations``."""
    columns = {"organization_id": "_id", "name": "name", "domain": "domain", "description": "description"}
    return frame({"record_id": ids} | {name: fields.text(path) for name, path in columns.items()})


def topics(ids: pd.Series, fields: Fields) -> pd.DataFrame:
    """One row per record of ``_data/topics``."""
    columns = {"topic_id": "_id", "name": "name", "short_name": "shortname", "parent": "parent"}
    return frame({"record_id": ids} | {name: fields.text(path) for name, path in columns.items()})


def topic_services(ids: pd.Series, fields: Fields) -> pd.DataFrame:
    """One row per key below a topic's ``services``."""
    rows, services, urls = fields.texts_below("services")
    return frame({"record_id": ids.take(rows), "service": arrow_series(services, TEXT), "url": urls})
