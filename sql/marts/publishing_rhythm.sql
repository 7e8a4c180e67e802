-- empty without: providers
CREATE VIEW marts.publishing_rhythm AS
SELECT
    canonical.canonical_provider_id AS provider_id,
    isodow(record.published_at AT TIME ZONE 'UTC') AS weekday,
    hour(record.published_at AT TIME ZONE 'UTC') AS hour,
    any_value(canonical.name) AS name,
    count(*) AS record_count
FROM main.records AS record
JOIN marts.providers_canonical AS canonical USING (provider_id)
WHERE record.published_at IS NOT NULL AND record.is_removed IS NOT TRUE
GROUP BY 1, 2, 3;

COMMENT ON VIEW marts.publishing_rhythm IS 'One row per provider, weekday and hour, in UTC, in which it published. Records of any collection with provider and date, not withdrawn (is_removed); a date without a time counts as hour 0. Key: provider_id, weekday, hour.';

COMMENT ON COLUMN marts.publishing_rhythm.provider_id IS 'The provider, as in providers_canonical.canonical_provider_id.';
COMMENT ON COLUMN marts.publishing_rhythm.weekday IS 'Day of the week in UTC: 1 is Monday, 7 is Sunday.';
COMMENT ON COLUMN marts.publishing_rhythm.hour IS 'Hour of the day in UTC, from 0 to 23.';
COMMENT ON COLUMN marts.publishing_rhythm.name IS 'Name of the provider, as in providers_canonical.name.';
COMMENT ON COLUMN marts.publishing_rhythm.record_count IS 'Records published then.';
