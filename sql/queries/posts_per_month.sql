-- How much was published in each month?
-- $collection VARCHAR = NULL: The collection; NULL takes all.
-- columns: month, collection, record_count, draft_count
SELECT month, collection, sum(record_count)::BIGINT AS record_count, sum(draft_count)::BIGINT AS draft_count
FROM marts.posts_monthly
WHERE $collection IS NULL OR collection = $collection
GROUP BY month, collection
ORDER BY month, collection
