-- item_record_id: the record of the same source whose file the item names, from the source's top or from
-- the folder of the record's collection, with or without the file name's extension.
UPDATE main.learning_items
SET item_record_id = named.record_id
FROM (
    WITH files AS (
        SELECT source, regexp_replace(path, '\.[A-Za-z]+$', '') AS stem, min(record_id) AS record_id
        FROM main.records
        GROUP BY ALL
    ),
    items AS (
        SELECT
            items.record_id,
            items.position,
            records.source,
            split_part(records.path, '/', 1) AS folder,
            regexp_replace(ltrim(items.item_path, '/'), '\.(md|markdown|html|ya?ml)$', '') AS stem
        FROM main.learning_items AS items
        JOIN main.records USING (record_id)
    )
    SELECT items.record_id AS listing_id, items.position, coalesce(beside.record_id, below.record_id) AS record_id
    FROM items
    LEFT JOIN files AS beside ON beside.source = items.source AND beside.stem = items.folder || '/' || items.stem
    LEFT JOIN files AS below ON below.source = items.source AND below.stem = items.stem
) AS named
WHERE learning_items.record_id = named.listing_id
  AND learning_items.position = named.position
  AND learning_items.item_record_id IS DISTINCT FROM named.record_id;
