-- Takes the history of a source back to where a run reads on: what began after $last_at goes, what ended then goes on.
-- NULL for $last_at: all of it goes.
DELETE FROM history.record_versions
WHERE source = $source AND (valid_from > $last_at) IS NOT FALSE;

UPDATE history.record_versions
SET valid_to = NULL
WHERE source = $source AND valid_to > $last_at;

DELETE FROM history.related_changes
WHERE source = $source AND (first_seen_at > $last_at) IS NOT FALSE;

UPDATE history.related_changes
SET last_seen_at = NULL
WHERE source = $source AND last_seen_at > $last_at;

DELETE FROM history.commits
WHERE source = $source AND (valid_from > $last_at) IS NOT FALSE;

DELETE FROM meta.rejects
WHERE
    source = $source
    AND commit_id IS NOT NULL
    AND commit_id NOT IN (SELECT commit_id FROM history.commits WHERE source = $source);
