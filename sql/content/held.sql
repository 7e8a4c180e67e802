-- What the changed documents hold: `changed` has their record ids.
SELECT records.record_id, records.collection, scalars.path, scalars.positions, scalars.type, scalars.value
FROM main.records
LEFT JOIN raw.scalars USING (record_id)
WHERE records.record_id IN (FROM changed)
