-- severity: error
-- empty without: related_entries
-- One address leads to one record: entries of the same url_key have the same related_record_id.
SELECT url_key, count(DISTINCT related_record_id) AS records
FROM main.related_entries
WHERE url_key IS NOT NULL
GROUP BY url_key
HAVING count(DISTINCT related_record_id) > 1 OR count(related_record_id) NOT IN (0, count(*))
