-- The records that a page is about: those that are not withdrawn and that its filters let through; NULL lets all through.
-- Days are in UTC, a topic is taken in any spelling, a provider is a canonical one. A record without a date is left out where a day is asked for.
CREATE MACRO memory.marts.scope(
    only_source, only_collection, only_language, first_day, last_day, only_topic, only_author, only_provider
) AS TABLE
SELECT *
FROM main.records
WHERE is_removed IS NOT TRUE
  AND (only_source IS NULL OR source = only_source)
  AND (only_collection IS NULL OR collection = only_collection)
  AND (only_language IS NULL OR language = only_language)
  AND (first_day IS NULL OR published_at >= CAST(first_day AS TIMESTAMP) AT TIME ZONE 'UTC')
  AND (last_day IS NULL OR published_at < (CAST(last_day AS TIMESTAMP) + INTERVAL 1 DAY) AT TIME ZONE 'UTC')
  AND (only_topic IS NULL OR record_id IN (
      SELECT named.record_id
      FROM main.record_topics AS named
      JOIN marts.topics_canonical AS canonical ON canonical.spelling = named.topic
      WHERE canonical.topic_key = lower(trim(regexp_replace(only_topic, '\s+', ' ', 'g')))
  ))
  AND (only_author IS NULL OR record_id IN (
      SELECT record_id
      FROM main.record_authors
      WHERE lower(trim(regexp_replace(name, '\s+', ' ', 'g'))) = lower(only_author)
  ))
  AND (only_provider IS NULL OR provider_id IN (
      SELECT provider_id FROM marts.providers_canonical WHERE canonical_provider_id = only_provider
  ))
