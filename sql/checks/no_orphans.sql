-- severity: error
-- Every row that belongs to a record has that record.
SELECT 'communities' AS table_name, record_id, count(*) AS rows FROM main.communities ANTI JOIN main.records USING (record_id) GROUP BY record_id
UNION ALL
SELECT 'events', record_id, count(*) FROM main.events ANTI JOIN main.records USING (record_id) GROUP BY record_id
UNION ALL
SELECT 'learning', record_id, count(*) FROM main.learning ANTI JOIN main.records USING (record_id) GROUP BY record_id
UNION ALL
SELECT 'learning_items', record_id, count(*) FROM main.learning_items ANTI JOIN main.records USING (record_id) GROUP BY record_id
UNION ALL
SELECT 'learning_levels', record_id, count(*) FROM main.learning_levels ANTI JOIN main.records USING (record_id) GROUP BY record_id
UNION ALL
SELECT 'organization_names', record_id, count(*) FROM main.organization_names ANTI JOIN main.records USING (record_id) GROUP BY record_id
UNION ALL
SELECT 'organizations', record_id, count(*) FROM main.organizations ANTI JOIN main.records USING (record_id) GROUP BY record_id
UNION ALL
SELECT 'people', record_id, count(*) FROM main.people ANTI JOIN main.records USING (record_id) GROUP BY record_id
UNION ALL
SELECT 'provider_authors', record_id, count(*) FROM main.provider_authors ANTI JOIN main.records USING (record_id) GROUP BY record_id
UNION ALL
SELECT 'provider_publisher_images', record_id, count(*) FROM main.provider_publisher_images ANTI JOIN main.records USING (record_id) GROUP BY record_id
UNION ALL
SELECT 'provider_publishers', record_id, count(*) FROM main.provider_publishers ANTI JOIN main.records USING (record_id) GROUP BY record_id
UNION ALL
SELECT 'record_actions', record_id, count(*) FROM main.record_actions ANTI JOIN main.records USING (record_id) GROUP BY record_id
UNION ALL
SELECT 'record_images', record_id, count(*) FROM main.record_images ANTI JOIN main.records USING (record_id) GROUP BY record_id
UNION ALL
SELECT 'record_provider_images', record_id, count(*) FROM main.record_provider_images ANTI JOIN main.records USING (record_id) GROUP BY record_id
UNION ALL
SELECT 'record_topics', record_id, count(*) FROM main.record_topics ANTI JOIN main.records USING (record_id) GROUP BY record_id
UNION ALL
SELECT 'related_articles', record_id, count(*) FROM main.related_articles ANTI JOIN main.records USING (record_id) GROUP BY record_id
UNION ALL
SELECT 'related_images', record_id, count(*) FROM main.related_images ANTI JOIN main.records USING (record_id) GROUP BY record_id
UNION ALL
SELECT 'topic_hashtags', record_id, count(*) FROM main.topic_hashtags ANTI JOIN main.records USING (record_id) GROUP BY record_id
UNION ALL
SELECT 'topic_keywords', record_id, count(*) FROM main.topic_keywords ANTI JOIN main.records USING (record_id) GROUP BY record_id
UNION ALL
SELECT 'topic_services', record_id, count(*) FROM main.topic_services ANTI JOIN main.records USING (record_id) GROUP BY record_id
UNION ALL
SELECT 'topics', record_id, count(*) FROM main.topics ANTI JOIN main.records USING (record_id) GROUP BY record_id
