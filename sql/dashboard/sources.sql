-- How are the sources?
SELECT
    health.*,
    source.kind,
    source.uri,
    source.commit_id,
    health.max_age_hours IS NOT NULL
        AND coalesce($now - health.newest_published_at > to_hours(1) * health.max_age_hours, true) AS is_stale_now
FROM marts.source_health AS health
JOIN meta.sources AS source USING (source)
WHERE $source IS NULL OR health.source = $source
ORDER BY health.source
