CREATE VIEW marts.metadata_completeness AS
WITH filled AS (
    SELECT
        source,
        collection,
        count(*) AS record_count,
        count(*) FILTER (trim(title) <> '') AS title,
        count(*) FILTER (trim(excerpt) <> '' OR trim(description) <> '') AS description,
        count(published_at) AS published_at,
        count(updated_at) AS updated_at,
        count(*) FILTER (trim(language) <> '') AS language,
        count(*) FILTER (trim(type) <> '') AS type,
        count(*) FILTER (trim(category) <> '') AS category,
        count(*) FILTER (trim(web_url) <> '' OR trim(original_url) <> '' OR trim(url) <> '') AS url,
        count(provider_id) AS provider,
        count(*) FILTER (record_id IN (SELECT record_id FROM main.record_authors WHERE trim(name) <> '')) AS authors,
        count(*) FILTER (record_id IN (SELECT record_id FROM main.record_topics WHERE trim(topic) <> '')) AS topics,
        count(*) FILTER (record_id IN (SELECT record_id FROM main.record_images WHERE trim(url) <> '')) AS images,
        count(*) FILTER (body_length > 0) AS body
    FROM main.records
    WHERE is_removed IS NOT TRUE
    GROUP BY source, collection
)
SELECT source, collection, column_name, record_count, filled_count, round(filled_count / record_count, 4) AS filled_share
FROM filled
UNPIVOT (filled_count FOR column_name IN (
    title, description, published_at, updated_at, language, type, category, url, provider, authors, topics, images, body
));

COMMENT ON VIEW marts.metadata_completeness IS 'One row per source, collection and common column. A value counts as filled where the column has one, of texts one that is not blank, of lists an entry; withdrawn records (is_removed) are left out. Key: source, collection, column_name.';

COMMENT ON COLUMN marts.metadata_completeness.source IS 'Name of the content repository, as configured.';
COMMENT ON COLUMN marts.metadata_completeness.collection IS 'Collection of the records, as in records.collection; NULL for records of none.';
COMMENT ON COLUMN marts.metadata_completeness.column_name IS 'What is looked for: a column of records; description also counts an excerpt, url any address of the page; authors, topics and images are lists, body is the text after the front matter.';
COMMENT ON COLUMN marts.metadata_completeness.record_count IS 'Records of the collection.';
COMMENT ON COLUMN marts.metadata_completeness.filled_count IS 'Those of them that have a value.';
COMMENT ON COLUMN marts.metadata_completeness.filled_share IS 'Part of the records that have a value, from 0 to 1, to four digits.';
