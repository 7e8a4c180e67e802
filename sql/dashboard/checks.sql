-- What did the checks of the newest run find?
SELECT name, severity, offending_rows, seconds, description
FROM meta.checks
WHERE run_id = (SELECT run_id FROM meta.checks JOIN meta.runs USING (run_id) ORDER BY started_at DESC LIMIT 1)
ORDER BY offending_rows = 0, severity, name
