-- empty without: related_links
CREATE VIEW marts.story_links AS
WITH pair AS (
    SELECT
        least(record_id, related_record_id) AS lower_id,
        greatest(record_id, related_record_id) AS higher_id,
        count(*) AS link_count,
        min(record_id) <> max(record_id) AS is_mutual
    FROM main.related_articles
    WHERE related_record_id <> record_id
    GROUP BY ALL
),
dated AS (
    SELECT
        pair.*,
        lower_record.published_at AS lower_at,
        higher_record.published_at AS higher_at,
        lower_record.provider_id AS lower_provider_id,
        higher_record.provider_id AS higher_provider_id,
        coalesce(lower_record.published_at, 'infinity') <= coalesce(higher_record.published_at, 'infinity') AS in_order
    FROM pair
    JOIN main.records AS lower_record ON lower_record.record_id = pair.lower_id
    JOIN main.records AS higher_record ON higher_record.record_id = pair.higher_id
)
SELECT
    if(in_order, lower_id, higher_id) AS first_record_id,
    if(in_order, higher_id, lower_id) AS second_record_id,
    if(in_order, lower_at, higher_at) AS first_published_at,
    if(in_order, higher_at, lower_at) AS second_published_at,
    abs(epoch(higher_at) - epoch(lower_at)) / 3600 AS hours_between,
    if(in_order, lower_provider_id, higher_provider_id) AS first_provider_id,
    if(in_order, higher_provider_id, lower_provider_id) AS second_provider_id,
    link_count,
    is_mutual
FROM dated;

COMMENT ON VIEW marts.story_links IS 'One row per pair of records of which one at least has the other in its related list. A link to itself is left out, and links that are there several times or both ways are one. Key: first_record_id, second_record_id.';

COMMENT ON COLUMN marts.story_links.first_record_id IS 'The record that was published first; of equal times the lower id; one without a date comes second.';
COMMENT ON COLUMN marts.story_links.second_record_id IS 'The other record, as in records.record_id.';
COMMENT ON COLUMN marts.story_links.first_published_at IS 'When the first was published, as the record itself says, in UTC; NULL where neither has a date.';
COMMENT ON COLUMN marts.story_links.second_published_at IS 'When the second was published, in UTC; NULL where it has no date.';
COMMENT ON COLUMN marts.story_links.hours_between IS 'Hours between both; NULL where one has no date.';
COMMENT ON COLUMN marts.story_links.first_provider_id IS 'Provider of the first, as in providers.provider_id.';
COMMENT ON COLUMN marts.story_links.second_provider_id IS 'Provider of the second, as in providers.provider_id.';
COMMENT ON COLUMN marts.story_links.link_count IS 'Entries of the related lists of both that lead from one to the other.';
COMMENT ON COLUMN marts.story_links.is_mutual IS 'Whether each has the other in its list.';
