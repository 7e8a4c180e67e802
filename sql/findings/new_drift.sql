-- The front-matter paths that no table covers and that the run $1 met first, by collection: collections and paths of most
-- documents first.
SELECT collection, field
FROM (
    SELECT records.collection, of_document.field, count(*) AS documents
    FROM meta.document_drift AS of_document
    JOIN meta.drift AS drift USING (field)
    JOIN main.records USING (record_id)
    WHERE drift.first_run_id = $1
    GROUP BY ALL
)
ORDER BY max(documents) OVER (PARTITION BY collection) DESC, collection NULLS LAST, documents DESC, field;
