-- Leaves, of the collections in `updated_collections`, the scalars of the documents that the run changed.
DELETE FROM content_rows
WHERE collection IN (FROM updated_collections) AND record_id NOT IN (FROM changed);
