-- What changed in records between two moments?
-- $earlier TIMESTAMPTZ = '2000-01-01': The earlier moment.
-- $later TIMESTAMPTZ = '2100-01-01': The later moment.
-- $limit BIGINT = 50: How many changes to show.
-- columns: source, path, title, change, column_name, value_before, value_after
SELECT source, path, title, change, column_name, value_before, value_after
FROM changes_between($earlier, $later)
LIMIT $limit
