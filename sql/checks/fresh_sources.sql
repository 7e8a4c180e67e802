-- severity: warn
-- A source has content that is younger than its configured max_age.
SELECT source, newest_published_at, max_age_hours
FROM meta.sources
WHERE newest_published_at IS NULL AND max_age_hours IS NOT NULL
   OR newest_published_at < now() - max_age_hours * INTERVAL 1 HOUR
