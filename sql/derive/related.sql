-- related_record_id of the entries that lead elsewhere than before; `relinked` names the records that list them. New
-- entries came with theirs from `record_by_url`.
CREATE OR REPLACE TEMP TABLE relinked_entries AS
SELECT entry.entry_id, record_by_url.record_id AS related_record_id
FROM main.related_entries AS entry
LEFT JOIN record_by_url USING (url_key)
WHERE entry.related_record_id IS DISTINCT FROM record_by_url.record_id;

CREATE OR REPLACE TEMP TABLE relinked AS
SELECT DISTINCT record_id
FROM main.related_links
WHERE entry_id IN (SELECT entry_id FROM relinked_entries);

UPDATE main.related_entries
SET related_record_id = relinked_entries.related_record_id
FROM relinked_entries
WHERE related_entries.entry_id = relinked_entries.entry_id;
