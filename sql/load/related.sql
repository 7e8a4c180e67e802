-- related_record_id: of the records with the same url_key the one published first, then the
-- lowest record_id. `relinked` names the records whose entries lead elsewhere than before.
CREATE OR REPLACE TEMP TABLE record_by_url AS
SELECT DISTINCT ON (url_key) url_key, record_id
FROM main.records
WHERE url_key IN (SELECT url_key FROM main.related_articles)
ORDER BY url_key, published_at NULLS LAST, record_id;

CREATE OR REPLACE TEMP TABLE relinked AS
SELECT DISTINCT related.record_id
FROM main.related_articles AS related
LEFT JOIN record_by_url USING (url_key)
WHERE related.related_record_id IS DISTINCT FROM record_by_url.record_id;

UPDATE main.related_articles
SET related_record_id = record_by_url.record_id
FROM record_by_url
WHERE related_articles.url_key = record_by_url.url_key
  AND related_articles.related_record_id IS DISTINCT FROM record_by_url.record_id;

UPDATE main.related_articles
SET related_record_id = NULL
WHERE related_record_id IS NOT NULL
  AND (url_key IS NULL OR url_key NOT IN (SELECT url_key FROM record_by_url));
