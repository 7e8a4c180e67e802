-- rows: code transforms/scalars.py
-- belongs to: document
CREATE TABLE raw.scalars (
    record_id VARCHAR NOT NULL,
    path      VARCHAR NOT NULL,
    positions INTEGER[] NOT NULL,
    type      VARCHAR,
    value     VARCHAR
);

COMMENT ON TABLE raw.scalars IS 'One row per scalar, empty list or empty mapping of a front matter, but those that a table of schema main takes out of lists, unless they did not fit its column. The tables of schema content are made of it. Key: record_id, path, positions.';

COMMENT ON COLUMN raw.scalars.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN raw.scalars.path IS 'Front-matter path, such as menu.main[].name; a key with a dot or another odd sign in it stands in quotes. Values of secured are left out.';
COMMENT ON COLUMN raw.scalars.positions IS 'Places in the lists on the way, counted from 0: one number for each [] of the path.';
COMMENT ON COLUMN raw.scalars.type IS 'What YAML 1.1, TOML or JSON reads: str, int, float, bool, timestamp or null; list or mapping where these are empty.';
COMMENT ON COLUMN raw.scalars.value IS 'The value as written; NULL for null and for an empty list or mapping.';
