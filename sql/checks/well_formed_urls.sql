-- severity: warn
-- Web addresses begin with http:// or https:// and a host, and hold no blanks.
SELECT source, path, field, url
FROM (
    SELECT source, path, 'web_url' AS field, web_url AS url FROM main.records
    UNION ALL
    SELECT source, path, 'original_url', original_url FROM main.records
    UNION ALL
    SELECT source, path, 'amp_url', amp_url FROM main.records
    UNION ALL
    SELECT source, path, 'cdn_amp_url', cdn_amp_url FROM main.records
)
WHERE NOT regexp_full_match(url, '(?i)https?://[^\s/]+(/\S*|\?\S*|#\S*)?')
