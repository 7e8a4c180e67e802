-- What changed in records between two moments: a row per record that came (added) or went (removed), and per followed column
-- of a record that has another value (changed), values as text.
CREATE MACRO main.changes_between(earlier_moment, later_moment) AS TABLE
WITH compared AS (
    SELECT
        coalesce(later.record_id, earlier.record_id) AS record_id,
        coalesce(later.source, earlier.source) AS source,
        coalesce(later.path, earlier.path) AS path,
        coalesce(later.title, earlier.title) AS title,
        CASE
            WHEN earlier.record_id IS NULL THEN 'added'
            WHEN later.record_id IS NULL THEN 'removed'
            ELSE 'changed'
        END AS change,
        CASE WHEN earlier.record_id IS NOT NULL AND later.record_id IS NOT NULL THEN [
        {name: 'slug', value_before: earlier.slug::VARCHAR, value_after: later.slug::VARCHAR},
        {name: 'title', value_before: earlier.title::VARCHAR, value_after: later.title::VARCHAR},
        {name: 'excerpt', value_before: earlier.excerpt::VARCHAR, value_after: later.excerpt::VARCHAR},
        {name: 'description', value_before: earlier.description::VARCHAR, value_after: later.description::VARCHAR},
        {name: 'type', value_before: earlier.type::VARCHAR, value_after: later.type::VARCHAR},
        {name: 'category', value_before: earlier.category::VARCHAR, value_after: later.category::VARCHAR},
        {name: 'layout', value_before: earlier.layout::VARCHAR, value_after: later.layout::VARCHAR},
        {name: 'taxonomy', value_before: earlier.taxonomy::VARCHAR, value_after: later.taxonomy::VARCHAR},
        {name: 'length', value_before: earlier.length::VARCHAR, value_after: later.length::VARCHAR},
        {name: 'length_seconds', value_before: earlier.length_seconds::VARCHAR, value_after: later.length_seconds::VARCHAR},
        {name: 'published_at', value_before: earlier.published_at::VARCHAR, value_after: later.published_at::VARCHAR},
        {name: 'updated_at', value_before: earlier.updated_at::VARCHAR, value_after: later.updated_at::VARCHAR},
        {name: 'language', value_before: earlier.language::VARCHAR, value_after: later.language::VARCHAR},
        {name: 'is_draft', value_before: earlier.is_draft::VARCHAR, value_after: later.is_draft::VARCHAR},
        {name: 'weight', value_before: earlier.weight::VARCHAR, value_after: later.weight::VARCHAR},
        {name: 'url', value_before: earlier.url::VARCHAR, value_after: later.url::VARCHAR},
        {name: 'web_url', value_before: earlier.web_url::VARCHAR, value_after: later.web_url::VARCHAR},
        {name: 'original_url', value_before: earlier.original_url::VARCHAR, value_after: later.original_url::VARCHAR},
        {name: 'amp_url', value_before: earlier.amp_url::VARCHAR, value_after: later.amp_url::VARCHAR},
        {name: 'cdn_amp_url', value_before: earlier.cdn_amp_url::VARCHAR, value_after: later.cdn_amp_url::VARCHAR},
        {name: 'url_key', value_before: earlier.url_key::VARCHAR, value_after: later.url_key::VARCHAR},
        {name: 'quality', value_before: earlier.quality::VARCHAR, value_after: later.quality::VARCHAR},
        {name: 'heat', value_before: earlier.heat::VARCHAR, value_after: later.heat::VARCHAR},
        {name: 'is_published', value_before: earlier.is_published::VARCHAR, value_after: later.is_published::VARCHAR},
        {name: 'is_removed', value_before: earlier.is_removed::VARCHAR, value_after: later.is_removed::VARCHAR},
        {name: 'is_secured', value_before: earlier.is_secured::VARCHAR, value_after: later.is_secured::VARCHAR},
        {name: 'featured_content', value_before: earlier.featured_content::VARCHAR, value_after: later.featured_content::VARCHAR},
        {name: 'provider_id', value_before: earlier.provider_id::VARCHAR, value_after: later.provider_id::VARCHAR},
        {name: 'body_length', value_before: earlier.body_length::VARCHAR, value_after: later.body_length::VARCHAR},
        {name: 'topics', value_before: earlier.topics::VARCHAR, value_after: later.topics::VARCHAR},
        {name: 'related_count', value_before: earlier.related_count::VARCHAR, value_after: later.related_count::VARCHAR},
        {name: 'image_count', value_before: earlier.image_count::VARCHAR, value_after: later.image_count::VARCHAR},
        {name: 'other_values', value_before: earlier.other_values::VARCHAR, value_after: later.other_values::VARCHAR}
        ] ELSE [{name: NULL, value_before: NULL, value_after: NULL}] END AS columns
    FROM records_as_of(earlier_moment) AS earlier
    FULL JOIN records_as_of(later_moment) AS later ON later.record_id = earlier.record_id
    WHERE earlier.valid_from IS DISTINCT FROM later.valid_from
)
SELECT
    record_id,
    source,
    path,
    title,
    change,
    each.name AS column_name,
    each.value_before,
    each.value_after
FROM (SELECT * EXCLUDE (columns), unnest(columns) AS each FROM compared)
WHERE change <> 'changed' OR each.value_before IS DISTINCT FROM each.value_after
ORDER BY source, path, column_name;
