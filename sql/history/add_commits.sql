-- Adds the commits that a run read of a source.
INSERT INTO history.commits BY NAME
SELECT new.*, $source AS source, coalesce(counted.version_count, 0) AS version_count
FROM new_commits AS new
LEFT JOIN (
    SELECT commit_id, count(*) AS version_count
    FROM history.record_versions
    WHERE source = $source
    GROUP BY commit_id
) AS counted USING (commit_id)
ORDER BY valid_from;
