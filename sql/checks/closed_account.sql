-- severity: error
-- The account of every run and source closes: found = loaded + unchanged + rejected + skipped.
SELECT run_id, source, found, loaded, unchanged, rejected, skipped
FROM meta.run_sources
WHERE found IS DISTINCT FROM loaded + unchanged + rejected + skipped
