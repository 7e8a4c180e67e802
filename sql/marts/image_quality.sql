-- empty without: record_images
CREATE VIEW marts.image_quality AS
SELECT
    record.source,
    record.collection,
    canonical.canonical_provider_id AS provider_id,
    any_value(canonical.name) AS provider_name,
    count(DISTINCT record.record_id) AS record_count,
    count(*) AS image_count,
    count(DISTINCT image.url) AS different_url_count,
    count(*) FILTER (image.width > 0 AND image.height > 0) AS sized_count,
    count(*) FILTER (image.width > 0 AND image.height > 0 AND least(image.width, image.height) < 200) AS small_count,
    count(*) FILTER (image.width >= 1200 AND image.height > 0) AS large_count,
    median(image.width) FILTER (image.width > 0) AS median_width,
    count(*) FILTER (trim(image.title) <> '') AS titled_count,
    count(*) FILTER (trim(image.attribution) <> '') AS attributed_count,
    count(*) FILTER (image.is_cached) AS cached_count
FROM main.record_images AS image
JOIN main.records AS record USING (record_id)
LEFT JOIN marts.providers_canonical AS canonical USING (provider_id)
WHERE record.is_removed IS NOT TRUE
GROUP BY record.source, record.collection, canonical.canonical_provider_id;

COMMENT ON VIEW marts.image_quality IS 'One row per source, collection and provider of records with images. A width or height of 0 or less is no size; withdrawn records (is_removed) are left out. Key: source, collection, provider_id.';

COMMENT ON COLUMN marts.image_quality.source IS 'Name of the content repository, as configured.';
COMMENT ON COLUMN marts.image_quality.collection IS 'Collection of the records, as in records.collection; NULL for records of none.';
COMMENT ON COLUMN marts.image_quality.provider_id IS 'The provider, as in providers_canonical.canonical_provider_id; NULL for records of none.';
COMMENT ON COLUMN marts.image_quality.provider_name IS 'Its name, as in providers_canonical.name.';
COMMENT ON COLUMN marts.image_quality.record_count IS 'Records with images.';
COMMENT ON COLUMN marts.image_quality.image_count IS 'Their images.';
COMMENT ON COLUMN marts.image_quality.different_url_count IS 'Different addresses among these.';
COMMENT ON COLUMN marts.image_quality.sized_count IS 'Images with a width and a height.';
COMMENT ON COLUMN marts.image_quality.small_count IS 'Those of them whose shorter side has less than 200 pixels.';
COMMENT ON COLUMN marts.image_quality.large_count IS 'Images with a size that are 1,200 pixels wide or more, as previews on other sites want them.';
COMMENT ON COLUMN marts.image_quality.median_width IS 'Median of their widths in pixels.';
COMMENT ON COLUMN marts.image_quality.titled_count IS 'Images with a title that is not blank.';
COMMENT ON COLUMN marts.image_quality.attributed_count IS 'Images that are credited to somebody.';
COMMENT ON COLUMN marts.image_quality.cached_count IS 'Images of which the publisher keeps a copy.';
