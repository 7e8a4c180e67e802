-- Which records have the same title, whatever its case and blanks?
-- columns: title, record_count, paths
SELECT
    min(trim(regexp_replace(title, '\s+', ' ', 'g'))) AS title,
    count(*) AS record_count,
    list(path ORDER BY source, path) AS paths
FROM main.records
WHERE trim(title) <> ''
GROUP BY lower(trim(regexp_replace(title, '\s+', ' ', 'g')))
HAVING count(*) > 1
ORDER BY record_count DESC, title
