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
    count(DISTINCT value) FILTER (isfinite(number)) > count(DISTINCT number) FILTER (isfinite(number)) AS is_ambiguous,
    bool_or(type = 'list') AS has_empty_lists,
    min(left(value, 100)) FILTER (value <> '') AS least
FROM (
    SELECT
        *,
        CASE
            WHEN value IS NULL THEN NULL
            WHEN type = 'int' THEN
                CASE WHEN is_short OR whole BETWEEN -999999999999999 AND 999999999999999 THEN 1
                    WHEN whole IS NOT NULL THEN 64
                    ELSE 32 END
            WHEN type = 'float' THEN
                CASE WHEN number IS NOT NULL THEN 2 ELSE 32 END
            WHEN type = 'bool' THEN 4
            WHEN substr(value, 5, 1) <> '-' OR value < '0001' THEN 32
            WHEN type IN ('timestamp', 'str') AND regexp_full_match(value, '\d{4}-\d\d-\d\d') THEN
                CASE WHEN TRY_CAST(value AS DATE) IS NOT NULL THEN 8 ELSE 32 END
            WHEN type = 'timestamp' OR regexp_full_match(value, '\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)? ?(Z|[-+]\d\d:?\d\d)?') THEN
                CASE WHEN content_moment(value) IS NOT NULL THEN 16 ELSE 32 END
            ELSE 32
        END AS kind
    FROM (
        SELECT
            *,
            CASE WHEN type = 'int' AND NOT is_short THEN content_whole(value) END AS whole,
            CASE WHEN type = 'float' THEN content_number(value) END AS number
        FROM (SELECT *, type = 'int' AND regexp_full_match(value, '0|-?[1-9][0-9]{0,14}') AS is_short FROM content_rows)
    )
)
GROUP BY collection, path
QUALIFY row_number() OVER (PARTITION BY collection ORDER BY values DESC, path) <= $1
ORDER BY collection, path;
