-- Which values does any field of the front matters have, and how often?
-- $path VARCHAR = 'type': The front-matter path, as raw.scalars has it: extra.seats, lamps[].place.
-- columns: value, document_count, collections
SELECT
    scalar.value,
    count(DISTINCT scalar.record_id) AS document_count,
    list_sort(list(DISTINCT record.collection) FILTER (record.collection IS NOT NULL)) AS collections
FROM raw.scalars AS scalar
JOIN main.records AS record USING (record_id)
WHERE scalar.path = $path
GROUP BY scalar.value
ORDER BY document_count DESC, scalar.value
