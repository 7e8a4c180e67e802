-- The records of sources with history as they were at a moment: what a load of that commit would have put into records, with
-- topics as a list and counts of the lists. content_hash is that of the commit in which the version began.
CREATE MACRO main.records_as_of(moment) AS TABLE
SELECT
    record_id,
    source,
    collection,
    path,
    slug,
    title,
    excerpt,
    description,
    type,
    category,
    layout,
    taxonomy,
    length,
    length_seconds,
    published_at,
    updated_at,
    language,
    is_draft,
    weight,
    url,
    web_url,
    original_url,
    amp_url,
    cdn_amp_url,
    url_key,
    quality,
    heat,
    is_published,
    is_removed,
    is_secured,
    featured_content,
    provider_id,
    body_length,
    topics,
    related_count,
    image_count,
    other_values,
    content_hash,
    valid_from,
    valid_to,
    commit_id
FROM history.record_versions
WHERE
    NOT is_deleted
    AND valid_from <= moment::TIMESTAMPTZ
    AND (valid_to > moment::TIMESTAMPTZ OR valid_to IS NULL);
