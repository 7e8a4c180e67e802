-- One row per item of a list, or per key of a mapping.
{into}
SELECT record_id{key_names}{typed}
FROM (
    SELECT record_id{keys}{values}
    FROM content_cells
    WHERE table_number = {number}
    GROUP BY ALL
) AS found
JOIN main.records USING (record_id)
ORDER BY records.source, split_part(records.path, '#', 1), records.item_position, records.path{key_names};
