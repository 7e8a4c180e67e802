-- severity: error
-- No table has two rows with the same key; NOT NULL in the DDL keeps keys from being absent.
SELECT 'communities' AS table_name, concat_ws(' ', record_id) AS key, count(*) AS rows FROM main.communities GROUP BY record_id HAVING count(*) > 1
UNION ALL
SELECT 'events', concat_ws(' ', record_id), count(*) FROM main.events GROUP BY record_id HAVING count(*) > 1
UNION ALL
SELECT 'learning', concat_ws(' ', record_id), count(*) FROM main.learning GROUP BY record_id HAVING count(*) > 1
UNION ALL
SELECT 'learning_items', concat_ws(' ', record_id, position), count(*) FROM main.learning_items GROUP BY record_id, position HAVING count(*) > 1
UNION ALL
SELECT 'learning_levels', concat_ws(' ', record_id, position), count(*) FROM main.learning_levels GROUP BY record_id, position HAVING count(*) > 1
UNION ALL
SELECT 'organization_names', concat_ws(' ', record_id, position), count(*) FROM main.organization_names GROUP BY record_id, position HAVING count(*) > 1
UNION ALL
SELECT 'organizations', concat_ws(' ', record_id), count(*) FROM main.organizations GROUP BY record_id HAVING count(*) > 1
UNION ALL
SELECT 'people', concat_ws(' ', record_id), count(*) FROM main.people GROUP BY record_id HAVING count(*) > 1
UNION ALL
SELECT 'provider_authors', concat_ws(' ', record_id, position), count(*) FROM main.provider_authors GROUP BY record_id, position HAVING count(*) > 1
UNION ALL
SELECT 'provider_images', concat_ws(' ', provider_id, url), count(*) FROM main.provider_images GROUP BY provider_id, url HAVING count(*) > 1
UNION ALL
SELECT 'provider_publisher_images', concat_ws(' ', record_id, position, image_position), count(*) FROM main.provider_publisher_images GROUP BY record_id, position, image_position HAVING count(*) > 1
UNION ALL
SELECT 'provider_publishers', concat_ws(' ', record_id, position), count(*) FROM main.provider_publishers GROUP BY record_id, position HAVING count(*) > 1
UNION ALL
SELECT 'providers', concat_ws(' ', provider_id), count(*) FROM main.providers GROUP BY provider_id HAVING count(*) > 1
UNION ALL
SELECT 'record_actions', concat_ws(' ', record_id, position), count(*) FROM main.record_actions GROUP BY record_id, position HAVING count(*) > 1
UNION ALL
SELECT 'record_images', concat_ws(' ', record_id, position), count(*) FROM main.record_images GROUP BY record_id, position HAVING count(*) > 1
UNION ALL
SELECT 'record_provider_images', concat_ws(' ', record_id, field, position), count(*) FROM main.record_provider_images GROUP BY record_id, field, position HAVING count(*) > 1
UNION ALL
SELECT 'record_topics', concat_ws(' ', record_id, position), count(*) FROM main.record_topics GROUP BY record_id, position HAVING count(*) > 1
UNION ALL
SELECT 'records', concat_ws(' ', record_id), count(*) FROM main.records GROUP BY record_id HAVING count(*) > 1
UNION ALL
SELECT 'related_articles', concat_ws(' ', record_id, position), count(*) FROM main.related_articles GROUP BY record_id, position HAVING count(*) > 1
UNION ALL
SELECT 'related_images', concat_ws(' ', record_id, position, image_position), count(*) FROM main.related_images GROUP BY record_id, position, image_position HAVING count(*) > 1
UNION ALL
SELECT 'topic_hashtags', concat_ws(' ', record_id, position), count(*) FROM main.topic_hashtags GROUP BY record_id, position HAVING count(*) > 1
UNION ALL
SELECT 'topic_keywords', concat_ws(' ', record_id, position), count(*) FROM main.topic_keywords GROUP BY record_id, position HAVING count(*) > 1
UNION ALL
SELECT 'topic_services', concat_ws(' ', record_id, service), count(*) FROM main.topic_services GROUP BY record_id, service HAVING count(*) > 1
UNION ALL
SELECT 'topics', concat_ws(' ', record_id), count(*) FROM main.topics GROUP BY record_id HAVING count(*) > 1
UNION ALL
SELECT 'raw.documents', concat_ws(' ', record_id), count(*) FROM raw.documents GROUP BY record_id HAVING count(*) > 1
