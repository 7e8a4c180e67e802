-- meta.drift: front-matter paths that no table covers, as they stand after this run. `this_run` has its id and start.
CREATE OR REPLACE TEMP TABLE known_drift AS
SELECT field, first_seen_at, first_run_id FROM meta.drift;

DELETE FROM meta.drift;

INSERT INTO meta.drift BY NAME
SELECT
    drift.field,
    coalesce(any_value(known.first_seen_at), any_value(this_run.started_at)) AS first_seen_at,
    coalesce(any_value(known.first_run_id), any_value(this_run.run_id)) AS first_run_id,
    count(*) AS documents,
    list_sort(list_distinct(flatten(list(drift.types)))) AS types,
    min(records.path) AS example_path
FROM meta.document_drift AS drift
JOIN main.records USING (record_id)
LEFT JOIN known_drift AS known USING (field)
CROSS JOIN this_run
GROUP BY drift.field
ORDER BY drift.field;
