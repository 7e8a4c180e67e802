-- Which events start on a day or later?
-- $from DATE = '2000-01-01': The day, in UTC.
-- columns: starts_at, ends_at, title, website
SELECT event.starts_at, event.ends_at, trim(record.title) AS title, event.website
FROM main.events AS event
JOIN main.records AS record USING (record_id)
WHERE (event.starts_at AT TIME ZONE 'UTC')::DATE >= $from
ORDER BY event.starts_at, record.record_id
