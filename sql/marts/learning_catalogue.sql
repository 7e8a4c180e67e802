CREATE VIEW marts.learning_catalogue AS
SELECT
    record.record_id,
    record.source,
    nullif(trim(regexp_replace(record.title, '\s+', ' ', 'g')), '') AS title,
    record.type,
    canonical.canonical_provider_id AS provider_id,
    canonical.name AS provider_name,
    learning.price,
    learning.length_seconds / 3600 AS length_hours,
    learning.rating_average,
    learning.rating_count,
    record.quality,
    coalesce(level.levels, []) AS levels,
    coalesce(item.item_count, 0) AS item_count,
    coalesce(item.found_item_count, 0) AS found_item_count,
    record.published_at,
    record.web_url
FROM main.records AS record
LEFT JOIN main.learning AS learning USING (record_id)
LEFT JOIN marts.providers_canonical AS canonical USING (provider_id)
LEFT JOIN (
    SELECT record_id, list(trim(level) ORDER BY position) FILTER (trim(level) <> '') AS levels
    FROM main.learning_levels
    GROUP BY record_id
) AS level USING (record_id)
LEFT JOIN (
    SELECT record_id, count(*) AS item_count, count(item_record_id) AS found_item_count
    FROM main.learning_items
    GROUP BY record_id
) AS item USING (record_id)
WHERE record.collection = 'learning' AND record.is_removed IS NOT TRUE;

COMMENT ON VIEW marts.learning_catalogue IS 'One row per record of the collection learning that is not withdrawn (is_removed): what there is to learn, with its levels and parts. Key: record_id.';

COMMENT ON COLUMN marts.learning_catalogue.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN marts.learning_catalogue.source IS 'Name of the content repository, as configured.';
COMMENT ON COLUMN marts.learning_catalogue.title IS 'Title without blanks at the ends; NULL where there is none.';
COMMENT ON COLUMN marts.learning_catalogue.type IS 'Kind of learning, such as course or book.';
COMMENT ON COLUMN marts.learning_catalogue.provider_id IS 'The provider, as in providers_canonical.canonical_provider_id.';
COMMENT ON COLUMN marts.learning_catalogue.provider_name IS 'Its name, as in providers_canonical.name.';
COMMENT ON COLUMN marts.learning_catalogue.price IS 'Price, as written.';
COMMENT ON COLUMN marts.learning_catalogue.length_hours IS 'Length in hours; NULL where it is not told or cannot be read.';
COMMENT ON COLUMN marts.learning_catalogue.rating_average IS 'Average rating, as the source gives it.';
COMMENT ON COLUMN marts.learning_catalogue.rating_count IS 'Number of ratings, as the source gives it.';
COMMENT ON COLUMN marts.learning_catalogue.quality IS 'Quality score that the source gives the record, without a unit.';
COMMENT ON COLUMN marts.learning_catalogue.levels IS 'Levels in the file''s order; empty where none is told.';
COMMENT ON COLUMN marts.learning_catalogue.item_count IS 'Parts that it lists.';
COMMENT ON COLUMN marts.learning_catalogue.found_item_count IS 'Those of them that are records of the warehouse.';
COMMENT ON COLUMN marts.learning_catalogue.published_at IS 'When it was published, in UTC.';
COMMENT ON COLUMN marts.learning_catalogue.web_url IS 'Address of its web page, as written.';
