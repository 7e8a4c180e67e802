-- One row per document of a collection, a column per path.
{into}
SELECT records.record_id{typed}
FROM main.records
LEFT JOIN (
    SELECT record_id{values}
    FROM content_cells
    WHERE table_number = {number}
    GROUP BY record_id
) AS found USING (record_id)
WHERE records.collection IS NOT DISTINCT FROM {collection}{only}
ORDER BY records.source, split_part(records.path, '#', 1), records.item_position, records.path;
