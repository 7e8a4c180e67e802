-- Who provides most?
WITH inside AS (FROM scope($source, $collection, $language, $first_day, $last_day, $topic, $author, $provider)),
own AS (
    SELECT canonical.canonical_provider_id AS provider_id, count(*) AS documents, median(inside.quality) AS median_quality,
        max(inside.published_at) AS last_at
    FROM inside
    JOIN marts.providers_canonical AS canonical USING (provider_id)
    GROUP BY ALL
),
listed AS (
    SELECT canonical.canonical_provider_id AS provider_id, link.record_id, count(*) AS entries
    FROM inside
    JOIN main.related_links AS link USING (record_id)
    JOIN main.related_entries AS entry USING (entry_id)
    JOIN marts.providers_canonical AS canonical ON canonical.provider_id = entry.provider_id
    GROUP BY ALL
),
cited AS (
    SELECT provider_id, CAST(sum(entries) AS BIGINT) AS cited, count(*) AS reach
    FROM listed
    GROUP BY provider_id
)
SELECT
    provider_id,
    provider.name,
    provider.domain,
    coalesce(own.documents, 0) AS documents,
    coalesce(cited.cited, 0) AS cited,
    coalesce(cited.reach, 0) AS reach,
    round(coalesce(cited.cited, 0) / sum(cited.cited) OVER (), 6) AS share_of_voice,
    own.median_quality,
    CAST(own.last_at AT TIME ZONE 'UTC' AS DATE) AS last_day,
    count(*) OVER () AS _rows
FROM own
FULL JOIN cited USING (provider_id)
JOIN marts.providers_canonical AS provider USING (provider_id)
WHERE $search IS NULL OR contains(lower(coalesce(provider.name, provider.domain, provider_id)), lower($search))
ORDER BY
    CASE WHEN $sort = 'cited' THEN cited.cited ELSE own.documents END DESC NULLS LAST,
    cited.cited DESC NULLS LAST,
    provider.name,
    provider_id
LIMIT $limit OFFSET $offset
