-- What is found at each path of each collection. `kinds` has a bit for each type that values fit: 1 whole numbers, 2 numbers,
-- 4 true and false, 8 dates, 16 moments, 32 texts alone, 64 whole numbers too long for DOUBLE. A text fits where it is a date
-- or a moment in full. `is_ambiguous`: different texts with a fraction are the same number, such as 1.1 and 1.10.
-- `least` is the least value, cut. No more than $1 paths of a collection, those with the most values.
SELECT
    collection,
    path,
    count(*) AS rows,
    count(value) AS values,
    coalesce(bit_or(kind), 0) AS kinds,
    count(DISTINCT value) FILTER (kind = 2 AND isfinite(content_number(value)))
        > count(DISTINCT content_number(value)) FILTER (kind = 2 AND isfinite(content_number(value))) AS is_ambiguous,
    bool_or(type = 'list') AS has_empty_lists,
    min(left(value, 100)) FILTER (value <> '') AS least
FROM (
    SELECT
        collection,
        path,
        type,
        value,
        CASE
            WHEN value IS NULL THEN NULL
            WHEN type = 'int' THEN
                CASE WHEN regexp_full_match(value, '0|-?[1-9][0-9]{0,14}') THEN 1
                    WHEN abs(content_whole(value)) < 1000000000000000 THEN 1
                    WHEN content_whole(value) IS NOT NULL THEN 64
                    ELSE 32 END
            WHEN type = 'float' THEN
                CASE WHEN content_number(value) IS NOT NULL THEN 2 ELSE 32 END
            WHEN type = 'bool' THEN 4
            WHEN substr(value, 5, 1) <> '-' OR value < '0001' THEN 32
            WHEN type IN ('timestamp', 'str') AND regexp_full_match(value, '\d{4}-\d\d-\d\d') THEN
                CASE WHEN TRY_CAST(value AS DATE) IS NOT NULL THEN 8 ELSE 32 END
            WHEN type = 'timestamp' OR regexp_full_match(value, '\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)? ?(Z|[-+]\d\d:?\d\d)?') THEN
                CASE WHEN content_moment(value) IS NOT NULL THEN 16 ELSE 32 END
            ELSE 32
        END AS kind
    FROM content_rows
)
GROUP BY collection, path
QUALIFY row_number() OVER (PARTITION BY collection ORDER BY values DESC, path) <= $1
ORDER BY collection, path;
