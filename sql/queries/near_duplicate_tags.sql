-- Which tags are probably the same, and which spelling is the usual one?
-- columns: source, preferred_tag, tag, record_count
SELECT source, preferred_tag, tag, record_count
FROM marts.tag_usage
WHERE near_duplicates <> [] AND tag <> preferred_tag
ORDER BY source, preferred_tag, tag
