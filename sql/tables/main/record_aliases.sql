-- rows: items of aliases, redirect_from
-- split at commas: aliases
-- belongs to: document
CREATE TABLE main.record_aliases (
    record_id VARCHAR NOT NULL,
    position  INTEGER NOT NULL,
    field     VARCHAR,
    alias     VARCHAR
);

COMMENT ON TABLE main.record_aliases IS 'One row per other name or address of a record. Where aliases are one text, it is split at its commas. Key: record_id, position.';

COMMENT ON COLUMN main.record_aliases.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.record_aliases.position IS 'Place of the alias among those of the record, counted from 0 in the file''s order: aliases first, then redirect_from.';
COMMENT ON COLUMN main.record_aliases.field IS 'Front-matter list that the alias stands in: aliases or redirect_from.';
COMMENT ON COLUMN main.record_aliases.alias IS 'The other name or address, as written. From: aliases[], redirect_from[].';
