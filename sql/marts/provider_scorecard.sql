-- empty without: providers
CREATE VIEW marts.provider_scorecard AS
WITH own AS (
    SELECT
        canonical.canonical_provider_id AS provider_id,
        count(*) AS story_count,
        median(record.quality) AS median_quality,
        min(record.published_at) AS first_at,
        max(record.published_at) AS last_at
    FROM main.records AS record
    JOIN marts.providers_canonical AS canonical USING (provider_id)
    WHERE record.collection = 'news' AND record.is_removed IS NOT TRUE
    GROUP BY ALL
),
cited AS (
    SELECT
        canonical.canonical_provider_id AS provider_id,
        count(*) AS cited_count,
        count(DISTINCT related.record_id) AS citing_story_count,
        count(DISTINCT related.url_key) AS cited_url_count,
        min(related.published_at) AS first_at,
        max(related.published_at) AS last_at
    FROM main.related_articles AS related
    JOIN marts.providers_canonical AS canonical USING (provider_id)
    GROUP BY ALL
)
SELECT
    provider.canonical_provider_id AS provider_id,
    provider.name,
    provider.domain,
    coalesce(own.story_count, 0) AS story_count,
    own.median_quality,
    coalesce(cited.cited_count, 0) AS cited_count,
    coalesce(cited.cited_url_count, 0) AS cited_url_count,
    coalesce(cited.citing_story_count, 0) AS citing_story_count,
    round(coalesce(cited.cited_count, 0) / sum(cited.cited_count) OVER (), 6) AS share_of_voice,
    least(own.first_at, cited.first_at) AS first_published_at,
    greatest(own.last_at, cited.last_at) AS last_published_at
FROM marts.providers_canonical AS provider
LEFT JOIN own ON own.provider_id = provider.canonical_provider_id
LEFT JOIN cited ON cited.provider_id = provider.canonical_provider_id
WHERE provider.provider_id = provider.canonical_provider_id;

COMMENT ON VIEW marts.provider_scorecard IS 'One row per provider, canonical spellings counted together. Own stories are records of the collection news that are not withdrawn (is_removed); cited is who provides an entry of a related list. Key: provider_id.';

COMMENT ON COLUMN marts.provider_scorecard.provider_id IS 'The provider, as in providers_canonical.canonical_provider_id.';
COMMENT ON COLUMN marts.provider_scorecard.name IS 'Name of the provider, as in providers_canonical.name.';
COMMENT ON COLUMN marts.provider_scorecard.domain IS 'Domain of the provider, as in providers_canonical.domain.';
COMMENT ON COLUMN marts.provider_scorecard.story_count IS 'Own stories.';
COMMENT ON COLUMN marts.provider_scorecard.median_quality IS 'Median of the quality scores of its own stories; NULL where none has one.';
COMMENT ON COLUMN marts.provider_scorecard.cited_count IS 'Entries of related lists that the provider provides.';
COMMENT ON COLUMN marts.provider_scorecard.cited_url_count IS 'Different addresses (url_key) among them.';
COMMENT ON COLUMN marts.provider_scorecard.citing_story_count IS 'Reach: records whose related list has an entry of the provider.';
COMMENT ON COLUMN marts.provider_scorecard.share_of_voice IS 'Part of the entries of all related lists that have a provider, from 0 to 1, to six digits; NULL where there is none.';
COMMENT ON COLUMN marts.provider_scorecard.first_published_at IS 'When the first of its stories and cited articles was published, in UTC.';
COMMENT ON COLUMN marts.provider_scorecard.last_published_at IS 'When the last of them was published, in UTC.';
