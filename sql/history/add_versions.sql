-- Adds the versions that a run read of a source to those that the warehouse has. `new_versions` are changes of records, of
-- each in turn; the first one of a record may be none, as the run did not know what was before. `touched_files` are the
-- changes of files, of which records may be gone that the run never met.
CREATE OR REPLACE TEMP TABLE open_versions AS
FROM history.record_versions
WHERE source = $source AND valid_to IS NULL AND file_id IN (SELECT file_id FROM touched_files);

INSERT INTO new_versions BY NAME
WITH met AS (SELECT record_id, min(valid_from) AS first_met FROM new_versions GROUP BY record_id)
SELECT
    open.record_id,
    touched.valid_from,
    open.path,
    open.file_id,
    touched.commit_id,
    touched.author_name,
    touched.is_clock_adjusted,
    true AS is_deleted,
    touched.is_rejected
FROM open_versions AS open
JOIN touched_files AS touched USING (file_id)
LEFT JOIN met USING (record_id)
WHERE (touched.valid_from < met.first_met) IS NOT FALSE
QUALIFY
    lag(touched.is_rejected) OVER (PARTITION BY open.record_id ORDER BY touched.valid_from)
    IS DISTINCT FROM touched.is_rejected;

-- What is as it was.
DELETE FROM new_versions
WHERE (record_id, valid_from) IN (
    SELECT new.record_id, new.valid_from
    FROM (SELECT record_id, min(valid_from) AS valid_from FROM new_versions GROUP BY record_id) AS earliest
    JOIN new_versions AS new USING (record_id, valid_from)
    LEFT JOIN open_versions AS open USING (record_id)
    WHERE
        (open.record_id IS NULL AND new.is_deleted)
        OR (open.record_id IS NOT NULL AND {same})
);

UPDATE history.record_versions AS version
SET valid_to = earliest.valid_from
FROM (SELECT record_id, min(valid_from) AS valid_from FROM new_versions GROUP BY record_id) AS earliest
WHERE version.record_id = earliest.record_id AND version.valid_to IS NULL;

INSERT INTO history.record_versions BY NAME
SELECT
    *,
    $source AS source,
    lead(valid_from) OVER (PARTITION BY record_id ORDER BY valid_from) AS valid_to
FROM new_versions
ORDER BY record_id, valid_from;
