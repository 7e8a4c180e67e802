"""Who provides content: every provider that a batch of documents mentions."""

import pandas as pd

from matterhouse.transforms import keys
from matterhouse.transforms.declared import Records
from matterhouse.transforms.fields import TEXT, Fields, arrow_series, frame, python_values


def providers(records: Records) -> pd.DataFrame:
    """One row per distinct name and domain among ``provider``, ``affiliation`` and ``related[].provider``.

    Columns: ``provider_id``, ``name``, ``domain``. ``provider_id`` makes no difference between none and an empty text,
    so both are NULL here.
    """
    mentions = [_mentioned(records.fields, "provider"), _mentioned(records.fields, "affiliation")]
    related = [_mentioned(entries.fields, "provider") for entries in records.kept_once("related").records]
    seen = pd.concat([*mentions, *related], ignore_index=True).dropna(subset="provider_id")
    rows = seen.drop_duplicates("provider_id").sort_values("provider_id", ignore_index=True)
    return rows.assign(**{name: rows[name].where(rows[name] != "") for name in ("name", "domain")})


def _mentioned(fields: Fields, path: str) -> pd.DataFrame:
    """``provider_id``, ``name`` and ``domain`` of the provider at ``path``, aligned with the rows."""
    name, domain = fields.text(f"{path}.name"), fields.text(f"{path}.domain")
    ids = arrow_series(list(map(keys.provider_id, python_values(name), python_values(domain))), TEXT)
    return frame({"provider_id": ids, "name": name, "domain": domain})
