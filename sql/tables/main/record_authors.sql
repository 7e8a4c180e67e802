-- rows: items of authors, author
-- belongs to: document
CREATE TABLE main.record_authors (
    record_id VARCHAR NOT NULL,
    position  INTEGER NOT NULL,
    field     VARCHAR,
    name      VARCHAR,
    url       VARCHAR
);

COMMENT ON TABLE main.record_authors IS 'One row per author of a record, given as text or as a mapping; provider_authors has those of its provider. Key: record_id, position.';

COMMENT ON COLUMN main.record_authors.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.record_authors.position IS 'Place of the author among those of the record, counted from 0 in the file''s order: authors first, then author.';
COMMENT ON COLUMN main.record_authors.field IS 'Front-matter field that the author stands in: authors or author.';
COMMENT ON COLUMN main.record_authors.name IS 'Name of the author, as written. From: authors[].name, authors[], author[].name, author[].';
COMMENT ON COLUMN main.record_authors.url IS 'Address of the author''s page, as written. From: authors[].url, authors[].link, authors[].website, author[].url, author[].link, author[].website.';
