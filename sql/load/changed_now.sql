-- Adds to `changed` the items of data files that were not there before the load.
INSERT INTO changed
SELECT record_id FROM raw.documents
WHERE file_id <> record_id AND file_id IN (FROM changed_files) AND record_id NOT IN (FROM changed)
