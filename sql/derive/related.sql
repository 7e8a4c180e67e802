-- related_record_id of the entries that lead elsewhere than before; `relinked` names their records. New rows
-- came with theirs from `record_by_url`.
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
