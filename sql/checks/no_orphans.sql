-- severity: error
-- Every row that belongs to a record has that record.
SELECT table_name, record_id, count(*) AS rows
FROM (
    SELECT 'communities' AS table_name, record_id FROM main.communities
    UNION ALL
    SELECT 'events' AS table_name, record_id FROM main.events
    UNION ALL
    SELECT 'learning' AS table_name, record_id FROM main.learning
    UNION ALL
    SELECT 'learning_items' AS table_name, record_id FROM main.learning_items
    UNION ALL
    SELECT 'learning_levels' AS table_name, record_id FROM main.learning_levels
    UNION ALL
    SELECT 'organization_names' AS table_name, record_id FROM main.organization_names
    UNION ALL
    SELECT 'organizations' AS table_name, record_id FROM main.organizations
    UNION ALL
    SELECT 'people' AS table_name, record_id FROM main.people
    UNION ALL
    SELECT 'provider_authors' AS table_name, record_id FROM main.provider_authors
    UNION ALL
    SELECT 'provider_publisher_images' AS table_name, record_id FROM main.provider_publisher_images
    UNION ALL
    SELECT 'provider_publishers' AS table_name, record_id FROM main.provider_publishers
    UNION ALL
    SELECT 'record_actions' AS table_name, record_id FROM main.record_actions
    UNION ALL
    SELECT 'record_images' AS table_name, record_id FROM main.record_images
    UNION ALL
    SELECT 'record_provider_images' AS table_name, record_id FROM main.record_provider_images
    UNION ALL
    SELECT 'record_topics' AS table_name, record_id FROM main.record_topics
    UNION ALL
    SELECT 'related_articles' AS table_name, record_id FROM main.related_articles
    UNION ALL
    SELECT 'related_images' AS table_name, record_id FROM main.related_images
    UNION ALL
    SELECT 'topic_hashtags' AS table_name, record_id FROM main.topic_hashtags
    UNION ALL
    SELECT 'topic_keywords' AS table_name, record_id FROM main.topic_keywords
    UNION ALL
    SELECT 'topic_services' AS table_name, record_id FROM main.topic_services
    UNION ALL
    SELECT 'topics' AS table_name, record_id FROM main.topics
) AS belonging
ANTI JOIN main.records USING (record_id)
GROUP BY ALL;
