-- How many keys the mappings in $1 lists of the collection $2 have in all, and how many mappings there are; `key_paths` has the
-- paths at and below each key.
SELECT count(DISTINCT (record_id, positions[1:$1], key)), count(DISTINCT (record_id, positions[1:$1]))
FROM content_rows
JOIN key_paths USING (path)
WHERE collection = $2;
