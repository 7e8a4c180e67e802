-- Which common columns are filled least, by collection?
-- $below DOUBLE = 0.9: Show columns of which a smaller part than this is filled.
-- $least BIGINT = 2: Records that a collection must have to be shown.
-- columns: source, collection, column_name, filled_count, record_count, filled_share
SELECT source, collection, column_name, filled_count, record_count, filled_share
FROM marts.metadata_completeness
WHERE filled_share > 0 AND filled_share < $below AND record_count >= $least
ORDER BY filled_share, source, collection, column_name
