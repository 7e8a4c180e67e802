-- severity: error
-- empty without: related_entries, related_links, related_entry_images
-- Every entry is listed by a record, every link leads to an entry, and every image is of one.
SELECT 'related_entries' AS table_name, entry_id, count(*) AS rows
FROM main.related_entries ANTI JOIN main.related_links USING (entry_id)
GROUP BY entry_id
UNION ALL
SELECT 'related_links', entry_id, count(*)
FROM main.related_links ANTI JOIN main.related_entries USING (entry_id)
GROUP BY entry_id
UNION ALL
SELECT 'related_entry_images', entry_id, count(*)
FROM main.related_entry_images ANTI JOIN main.related_entries USING (entry_id)
GROUP BY entry_id
