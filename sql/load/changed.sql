-- The documents that the run may change: what the changed files hold. `changed_files` has the ids of the files.
CREATE OR REPLACE TEMP TABLE changed AS
FROM changed_files
UNION
SELECT record_id FROM raw.documents WHERE file_id <> record_id AND file_id IN (FROM changed_files)
