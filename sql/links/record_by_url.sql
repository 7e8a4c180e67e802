-- The record that an address leads to: of those with the same url_key the one published first, then the
-- lowest record_id.
CREATE OR REPLACE TEMP TABLE record_by_url AS
SELECT DISTINCT ON (url_key) url_key, record_id
FROM main.records
WHERE url_key IS NOT NULL
ORDER BY url_key, published_at NULLS LAST, record_id;
