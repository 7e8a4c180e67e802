-- severity: error
-- No table has two rows with the same key; NOT NULL in the DDL keeps keys from being absent.
SELECT 'communities' AS table_name, concat_ws(' ', record_id) AS key, count(*) AS rows FROM main.communities GROUP BY record_id HAVING count(*) > 1;
SELECT 'events' AS table_name, concat_ws(' ', record_id) AS key, count(*) AS rows FROM main.events GROUP BY record_id HAVING count(*) > 1;
SELECT 'learning' AS table_name, concat_ws(' ', record_id) AS key, count(*) AS rows FROM main.learning GROUP BY record_id HAVING count(*) > 1;
SELECT 'learning_items' AS table_name, concat_ws(' ', record_id, position) AS key, count(*) AS rows FROM main.learning_items GROUP BY record_id, position HAVING count(*) > 1;
SELECT 'learning_levels' AS table_name, concat_ws(' ', record_id, position) AS key, count(*) AS rows FROM main.learning_levels GROUP BY record_id, position HAVING count(*) > 1;
SELECT 'organization_names' AS table_name, concat_ws(' ', record_id, position) AS key, count(*) AS rows FROM main.organization_names GROUP BY record_id, position HAVING count(*) > 1;
SELECT 'organizations' AS table_name, concat_ws(' ', record_id) AS key, count(*) AS rows FROM main.organizations GROUP BY record_id HAVING count(*) > 1;
SELECT 'people' AS table_name, concat_ws(' ', record_id) AS key, count(*) AS rows FROM main.people GROUP BY record_id HAVING count(*) > 1;
SELECT 'provider_authors' AS table_name, concat_ws(' ', record_id, position) AS key, count(*) AS rows FROM main.provider_authors GROUP BY record_id, position HAVING count(*) > 1;
SELECT 'provider_images' AS table_name, concat_ws(' ', provider_id, url) AS key, count(*) AS rows FROM main.provider_images GROUP BY provider_id, url HAVING count(*) > 1;
SELECT 'provider_publisher_images' AS table_name, concat_ws(' ', record_id, position, image_position) AS key, count(*) AS rows FROM main.provider_publisher_images GROUP BY record_id, position, image_position HAVING count(*) > 1;
SELECT 'provider_publishers' AS table_name, concat_ws(' ', record_id, position) AS key, count(*) AS rows FROM main.provider_publishers GROUP BY record_id, position HAVING count(*) > 1;
SELECT 'providers' AS table_name, concat_ws(' ', provider_id) AS key, count(*) AS rows FROM main.providers GROUP BY provider_id HAVING count(*) > 1;
SELECT 'record_actions' AS table_name, concat_ws(' ', record_id, position) AS key, count(*) AS rows FROM main.record_actions GROUP BY record_id, position HAVING count(*) > 1;
SELECT 'record_images' AS table_name, concat_ws(' ', record_id, position) AS key, count(*) AS rows FROM main.record_images GROUP BY record_id, position HAVING count(*) > 1;
SELECT 'record_provider_images' AS table_name, concat_ws(' ', record_id, field, position) AS key, count(*) AS rows FROM main.record_provider_images GROUP BY record_id, field, position HAVING count(*) > 1;
SELECT 'record_topics' AS table_name, concat_ws(' ', record_id, position) AS key, count(*) AS rows FROM main.record_topics GROUP BY record_id, position HAVING count(*) > 1;
SELECT 'records' AS table_name, concat_ws(' ', record_id) AS key, count(*) AS rows FROM main.records GROUP BY record_id HAVING count(*) > 1;
SELECT 'related_articles' AS table_name, concat_ws(' ', record_id, position) AS key, count(*) AS rows FROM main.related_articles GROUP BY record_id, position HAVING count(*) > 1;
SELECT 'related_images' AS table_name, concat_ws(' ', record_id, position, image_position) AS key, count(*) AS rows FROM main.related_images GROUP BY record_id, position, image_position HAVING count(*) > 1;
SELECT 'topic_hashtags' AS table_name, concat_ws(' ', record_id, position) AS key, count(*) AS rows FROM main.topic_hashtags GROUP BY record_id, position HAVING count(*) > 1;
SELECT 'topic_keywords' AS table_name, concat_ws(' ', record_id, position) AS key, count(*) AS rows FROM main.topic_keywords GROUP BY record_id, position HAVING count(*) > 1;
SELECT 'topic_services' AS table_name, concat_ws(' ', record_id, service) AS key, count(*) AS rows FROM main.topic_services GROUP BY record_id, service HAVING count(*) > 1;
SELECT 'topics' AS table_name, concat_ws(' ', record_id) AS key, count(*) AS rows FROM main.topics GROUP BY record_id HAVING count(*) > 1;
SELECT 'raw.documents' AS table_name, concat_ws(' ', record_id) AS key, count(*) AS rows FROM raw.documents GROUP BY record_id HAVING count(*) > 1;
