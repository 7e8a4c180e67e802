-- severity: error
-- only where: EXISTS (FROM meta.sources WHERE history_commit_id IS NOT NULL) OR EXISTS (FROM history.record_versions)
-- Of a source with history, the versions that still hold are the records, with their topics and as many entries and images.
WITH newest AS (
    SELECT
        record_id, source, collection, path, slug, title, excerpt, description, type, category,
        layout, taxonomy, length, length_seconds, published_at, updated_at, language, is_draft,
        weight, url, web_url, original_url, amp_url, cdn_amp_url, url_key, quality, heat,
        is_published, is_removed, is_secured, featured_content, provider_id, body_length,
        topics, related_count, image_count
    FROM history.record_versions
    WHERE valid_to IS NULL AND NOT is_deleted
),

current AS (
    SELECT
        record_id, source, collection, path, slug, title, excerpt, description, type, category,
        layout, taxonomy, length, length_seconds, published_at, updated_at, language, is_draft,
        weight, url, web_url, original_url, amp_url, cdn_amp_url, url_key, quality, heat,
        is_published, is_removed, is_secured, featured_content, provider_id, body_length,
        topic_list.topics,
        coalesce(related.count, 0) AS related_count,
        coalesce(images.count, 0) AS image_count
    FROM main.records
    SEMI JOIN (FROM meta.sources WHERE history_commit_id IS NOT NULL) AS sources USING (source)
    ANTI JOIN (  -- what cannot be read any more is gone there, and kept here for a while
        SELECT documents.record_id
        FROM raw.documents
        JOIN meta.files ON files.record_id = documents.file_id
        WHERE files.kept_since IS NOT NULL
    ) AS kept USING (record_id)
    LEFT JOIN (
        SELECT record_id, list(topic ORDER BY position) AS topics FROM main.record_topics GROUP BY record_id
    ) AS topic_list USING (record_id)
    LEFT JOIN (SELECT record_id, count(*) FROM main.related_links GROUP BY record_id) AS related(record_id, count) USING (record_id)
    LEFT JOIN (SELECT record_id, count(*) FROM main.record_images GROUP BY record_id) AS images(record_id, count) USING (record_id)
)

SELECT 'not the newest version' AS what, *
FROM (FROM current EXCEPT ALL FROM newest)
UNION ALL
SELECT 'no such record', *
FROM (FROM newest EXCEPT ALL FROM current);
