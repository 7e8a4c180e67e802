-- empty without: related_links
CREATE VIEW marts.story_clusters AS
WITH RECURSIVE near AS MATERIALIZED (
    SELECT first_record_id AS record_id, second_record_id AS other_id
    FROM marts.story_links
    WHERE hours_between <= 72
    UNION ALL
    SELECT second_record_id, first_record_id
    FROM marts.story_links
    WHERE hours_between <= 72
),
member (record_id, cluster_id) USING KEY (record_id) AS (
    SELECT record_id, least(record_id, min(other_id)) AS cluster_id
    FROM near
    GROUP BY record_id
    UNION
    -- Of a record whose cluster got a lower id: its neighbours, the record that gave their cluster its id, and those that
    -- took their id from it. So a chain of stories needs few rounds; each one reads all links.
    SELECT found.record_id, min(found.cluster_id)
    FROM (
        SELECT unnest([near.other_id, other.cluster_id]) AS record_id, member.cluster_id
        FROM member
        JOIN near USING (record_id)
        JOIN recurring.member AS other ON other.record_id = near.other_id
        WHERE member.cluster_id < other.cluster_id
        UNION ALL
        SELECT follower.record_id, member.cluster_id
        FROM member
        JOIN recurring.member AS follower ON follower.cluster_id = member.record_id
    ) AS found
    JOIN recurring.member AS known USING (record_id)
    WHERE found.cluster_id < known.cluster_id
    GROUP BY found.record_id
),
told AS (
    SELECT member.cluster_id, record.record_id, record.published_at, canonical.canonical_provider_id AS provider_id
    FROM member
    JOIN main.records AS record USING (record_id)
    LEFT JOIN marts.providers_canonical AS canonical USING (provider_id)
),
leader AS (
    SELECT
        cluster_id,
        first(provider_id ORDER BY stories DESC, first_at, provider_id) AS provider_id,
        max(stories) AS stories
    FROM (
        SELECT cluster_id, provider_id, count(*) AS stories, min(published_at) AS first_at
        FROM told
        WHERE provider_id IS NOT NULL
        GROUP BY ALL
    )
    GROUP BY cluster_id
)
SELECT
    cluster_id,
    count(*) AS story_count,
    count(DISTINCT told.provider_id) AS provider_count,
    min(told.published_at) AS first_published_at,
    max(told.published_at) AS last_published_at,
    (epoch(max(told.published_at)) - epoch(min(told.published_at))) / 3600 AS span_hours,
    first(told.record_id ORDER BY told.published_at, told.record_id) AS first_record_id,
    leader.provider_id AS leading_provider_id,
    leader.stories AS leading_story_count,
    list(told.record_id ORDER BY told.published_at, told.record_id) AS record_ids
FROM told
LEFT JOIN leader USING (cluster_id)
GROUP BY cluster_id, leader.provider_id, leader.stories;

COMMENT ON VIEW marts.story_clusters IS 'One row per cluster of records: those that story_links connects, directly or over others, where not more than three days (72 hours) lie between both. Records without a date or such a link are in no cluster. Key: cluster_id.';

COMMENT ON COLUMN marts.story_clusters.cluster_id IS 'The lowest record_id of the cluster.';
COMMENT ON COLUMN marts.story_clusters.story_count IS 'Records of the cluster: two or more.';
COMMENT ON COLUMN marts.story_clusters.provider_count IS 'Different providers of them, canonical.';
COMMENT ON COLUMN marts.story_clusters.first_published_at IS 'When the first was published, in UTC.';
COMMENT ON COLUMN marts.story_clusters.last_published_at IS 'When the last was published, in UTC.';
COMMENT ON COLUMN marts.story_clusters.span_hours IS 'Hours between the first and the last.';
COMMENT ON COLUMN marts.story_clusters.first_record_id IS 'The record that was published first; of equal times the lowest id.';
COMMENT ON COLUMN marts.story_clusters.leading_provider_id IS 'The provider, canonical, of most records; of equal ones, the one that came first. NULL where none has a provider.';
COMMENT ON COLUMN marts.story_clusters.leading_story_count IS 'Records of that provider; NULL where none has one.';
COMMENT ON COLUMN marts.story_clusters.record_ids IS 'All records of the cluster, in order of publication.';
