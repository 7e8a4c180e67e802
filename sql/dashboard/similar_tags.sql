-- Which tags are spelled in several ways?
SELECT source, preferred_tag, list(tag || ' (' || record_count || ')' ORDER BY record_count DESC, tag) AS spellings,
    sum(record_count) AS documents
FROM marts.tag_usage
WHERE len(near_duplicates) > 0 AND ($source IS NULL OR source = $source)
GROUP BY source, preferred_tag
ORDER BY documents DESC, preferred_tag, source
LIMIT $limit
