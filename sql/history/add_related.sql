-- Adds what a run read of a source's lists of related articles. `new_related` are entries that came or left; of those with
-- is_known_before the warehouse may have the beginning. `listed` are the records whose list a run met, and when first.
CREATE OR REPLACE TEMP TABLE new_lists AS
SELECT
    record_id,
    coalesce(least(gone.at, listed.first_seen_at), gone.at, listed.first_seen_at) AS at,
    (gone.at < listed.first_seen_at) IS NOT FALSE AND gone.at IS NOT NULL AS was_gone
FROM listed
FULL JOIN (
    SELECT record_id, min(valid_from) AS at FROM new_versions WHERE is_deleted GROUP BY record_id
) AS gone USING (record_id);

CREATE OR REPLACE TEMP TABLE continued AS
SELECT new.*
FROM new_related AS new
JOIN new_lists USING (record_id)
JOIN history.related_changes AS known USING (record_id, url_key)
WHERE new.is_known_before AND known.last_seen_at IS NULL AND NOT new_lists.was_gone;

-- Those that are not in the list any more.
UPDATE history.related_changes AS known
SET last_seen_at = new_lists.at
FROM new_lists
WHERE
    known.record_id = new_lists.record_id
    AND known.last_seen_at IS NULL
    AND (known.record_id, known.url_key) NOT IN (SELECT record_id, url_key FROM continued);

UPDATE history.related_changes AS known
SET last_seen_at = continued.last_seen_at, last_position = continued.last_position
FROM continued
WHERE
    known.record_id = continued.record_id
    AND known.url_key = continued.url_key
    AND known.last_seen_at IS NULL;

INSERT INTO history.related_changes BY NAME
SELECT new.* EXCLUDE (is_known_before), $source AS source
FROM new_related AS new
ANTI JOIN continued USING (record_id, url_key, first_seen_at)
ORDER BY record_id, url_key, first_seen_at;
