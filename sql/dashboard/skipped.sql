-- Which files hold no record, and why?
SELECT source, reason, count(*) AS files, min(path) AS example
FROM meta.files
WHERE outcome = 'skipped' AND ($source IS NULL OR source = $source)
GROUP BY source, reason
ORDER BY files DESC, source, reason
