-- rows: items of topics, tags, categories, keywords, taxonomies.tags, taxonomies.categories
-- split at commas: tags, categories, keywords
-- belongs to: document
CREATE TABLE main.record_topics (
    record_id VARCHAR NOT NULL,
    position  INTEGER NOT NULL,
    field     VARCHAR,
    topic     VARCHAR
);

COMMENT ON TABLE main.record_topics IS 'One row per topic, tag, category or keyword of a record. Where tags, categories or keywords are one text, it is split at its commas; a list that has a table of its own for the collection is left to that. Key: record_id, position.';

COMMENT ON COLUMN main.record_topics.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.record_topics.position IS 'Place of the topic among those of the record, counted from 0 in the file''s order: topics first, then tags, categories, keywords.';
COMMENT ON COLUMN main.record_topics.field IS 'Front-matter list that the topic stands in: topics, tags, categories or keywords.';
COMMENT ON COLUMN main.record_topics.topic IS 'Name of the topic, as written; NULL where the list holds an empty entry. From: topics[], tags[], categories[], keywords[], taxonomies.tags[], taxonomies.categories[].';
