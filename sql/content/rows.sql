-- The scalars of the collections that are made anew (`wanted_collections`), as they stand after the run.
CREATE OR REPLACE TEMP TABLE content_rows AS
SELECT wanted.number AS collection, scalars.record_id, scalars.path, scalars.positions, scalars.type, scalars.value
FROM raw.scalars
JOIN main.records USING (record_id)
JOIN wanted_collections AS wanted ON wanted.name IS NOT DISTINCT FROM records.collection;
