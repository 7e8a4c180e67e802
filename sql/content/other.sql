-- The values that no column is made for, one row each.
INSERT INTO {table}
SELECT record_id, rows.path, rows.positions, rows.type, rows.value
FROM content_rows AS rows
JOIN content_places AS place USING (collection, path)
JOIN main.records USING (record_id)
WHERE place.table_number = {number}
ORDER BY records.source, records.path, rows.path, rows.positions;
