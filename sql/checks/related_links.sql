-- severity: error
-- empty without: related_entries
-- A related article leads to a record of the same url_key, and to none only where no record has that key.
SELECT related.entry_id, related.url_key, related.related_record_id
FROM main.related_entries AS related
LEFT JOIN main.records AS target ON target.record_id = related.related_record_id
WHERE related.related_record_id IS NOT NULL AND target.url_key IS DISTINCT FROM related.url_key
UNION ALL
SELECT entry_id, url_key, related_record_id
FROM main.related_entries
WHERE related_record_id IS NULL AND url_key IN (SELECT url_key FROM main.records)
