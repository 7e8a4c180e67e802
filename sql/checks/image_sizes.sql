-- severity: warn
-- empty without: record_images, related_entry_images, record_provider_images
-- Image sizes are positive.
SELECT record_id, position, url, width, height FROM main.record_images WHERE width <= 0 OR height <= 0
UNION ALL
SELECT record_id, position, url, width, height FROM main.related_images WHERE width <= 0 OR height <= 0
UNION ALL
SELECT record_id, position, url, width, height FROM main.record_provider_images WHERE width <= 0 OR height <= 0
