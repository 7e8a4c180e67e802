-- Every value with the table and column it goes to, as `content_places` says; column -1 only says that there is a row.
CREATE OR REPLACE TEMP TABLE content_cells AS
SELECT place.table_number, place.column_number, rows.record_id, rows.positions, place.places, place.keys, rows.value
FROM content_rows AS rows
JOIN content_places AS place USING (collection, path)
WHERE place.table_number >= 0 AND NOT (place.only_values AND rows.value IS NULL)
ORDER BY place.table_number;
