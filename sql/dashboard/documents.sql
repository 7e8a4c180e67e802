-- Which documents are there, the newest first?
SELECT
    inside.record_id,
    coalesce(nullif(trim(inside.title), ''), inside.slug, inside.path) AS title,
    inside.source,
    inside.collection,
    inside.path,
    inside.language,
    inside.published_at,
    inside.is_draft,
    canonical.canonical_provider_id AS provider_id,
    coalesce(canonical.name, canonical.domain) AS provider,
    count(*) OVER () AS _rows
FROM scope($source, $collection, $language, $first_day, $last_day, $topic, $author, $provider) AS inside
LEFT JOIN marts.providers_canonical AS canonical USING (provider_id)
WHERE $search IS NULL OR contains(lower(coalesce(nullif(trim(inside.title), ''), inside.slug, inside.path)), lower($search))
ORDER BY inside.published_at DESC NULLS LAST, inside.source, inside.path
LIMIT $limit OFFSET $offset
