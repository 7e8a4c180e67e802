-- Whose pictures are too small, or without a credit?
-- $limit BIGINT = 10: How many to show.
-- columns: provider_name, collection, image_count, small_count, large_count, attributed_count, median_width
SELECT provider_name, collection, image_count, small_count, large_count, attributed_count, median_width
FROM marts.image_quality
ORDER BY image_count DESC, provider_name, collection
LIMIT $limit
