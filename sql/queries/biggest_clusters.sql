-- Which stories belong together, and who led?
-- $limit BIGINT = 10: How many clusters to show.
-- columns: first_title, story_count, provider_count, span_hours, leading_provider
SELECT
    trim(first_record.title) AS first_title,
    cluster.story_count,
    cluster.provider_count,
    round(cluster.span_hours, 1) AS span_hours,
    leader.name AS leading_provider
FROM marts.story_clusters AS cluster
JOIN main.records AS first_record ON first_record.record_id = cluster.first_record_id
LEFT JOIN marts.providers_canonical AS leader ON leader.provider_id = cluster.leading_provider_id
ORDER BY cluster.story_count DESC, cluster.cluster_id
LIMIT $limit
