-- The values that no column is made for, one row each; those of paths that were not even looked at, too.
{into}
SELECT record_id, rows.path, rows.positions, rows.type, rows.value
FROM content_rows AS rows
JOIN main.records USING (record_id)
WHERE rows.collection = {collection}
    AND (
        rows.path IN (SELECT path FROM content_places WHERE table_number = {number})
        OR rows.path NOT IN (SELECT path FROM content_places WHERE collection = {collection})
    )
ORDER BY records.source, split_part(records.path, '#', 1), records.item_position, records.path, rows.path, rows.positions;
