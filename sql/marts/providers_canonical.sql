-- empty without: providers
CREATE VIEW marts.providers_canonical AS
WITH organization AS (
    SELECT name_key, min(name) AS name
    FROM (
        SELECT lower(trim(regexp_replace(name, '\s+', ' ', 'g'))) AS name_key, trim(regexp_replace(name, '\s+', ' ', 'g')) AS name
        FROM main.organizations
        UNION ALL
        SELECT lower(trim(regexp_replace(other.name, '\s+', ' ', 'g'))), trim(regexp_replace(organization.name, '\s+', ' ', 'g'))
        FROM main.organization_names AS other
        JOIN main.organizations AS organization USING (record_id)
    )
    WHERE name_key <> '' AND name <> ''
    GROUP BY name_key
),
mentioned AS (
    SELECT provider_id, count(*) AS mention_count
    FROM (SELECT provider_id FROM main.records UNION ALL SELECT provider_id FROM main.related_articles)
    GROUP BY provider_id
),
known AS (
    SELECT
        provider.provider_id,
        nullif(trim(regexp_replace(provider.name, '\s+', ' ', 'g')), '') AS name,
        nullif(trim(provider.domain), '') AS domain,
        organization.name AS organization_name,
        coalesce(
            lower(organization.name),
            nullif(lower(trim(regexp_replace(provider.name, '\s+', ' ', 'g'))), ''),
            'domain ' || nullif(lower(trim(provider.domain)), ''),
            'id ' || provider.provider_id
        ) AS provider_key,
        coalesce(mentioned.mention_count, 0) AS mention_count
    FROM main.providers AS provider
    LEFT JOIN organization ON organization.name_key = lower(trim(regexp_replace(provider.name, '\s+', ' ', 'g')))
    LEFT JOIN mentioned USING (provider_id)
),
chosen AS (
    SELECT
        provider_key,
        first(provider_id ORDER BY mention_count DESC, provider_id) AS canonical_provider_id,
        coalesce(
            first(organization_name ORDER BY organization_name),
            first(name ORDER BY mention_count DESC, provider_id)
        ) AS name,
        first(domain ORDER BY mention_count DESC, provider_id) FILTER (domain IS NOT NULL) AS domain,
        CASE
            WHEN count(organization_name) > 0 THEN 'organization'
            WHEN count(*) = 1 THEN 'only one'
            ELSE 'most mentions'
        END AS chosen_by
    FROM known
    GROUP BY provider_key
)
SELECT
    known.provider_id,
    chosen.canonical_provider_id,
    chosen.name,
    chosen.domain,
    chosen.chosen_by,
    known.mention_count
FROM known
JOIN chosen USING (provider_key);

COMMENT ON VIEW marts.providers_canonical IS 'One row per provider, with the provider to count it as. Names that differ only by case or blanks are one provider, and so are the name and the other names of an organization; a shared domain makes none, since creators share one (youtube.com). Join it on provider_id. Key: provider_id.';

COMMENT ON COLUMN marts.providers_canonical.provider_id IS 'The provider, as in providers.provider_id.';
COMMENT ON COLUMN marts.providers_canonical.canonical_provider_id IS 'The provider to count it as, as in providers.provider_id: of the same ones, the one mentioned most; of equal ones, the lowest.';
COMMENT ON COLUMN marts.providers_canonical.name IS 'Name to show: that of the organization, else of the provider mentioned most, without blanks at the ends; NULL where none has a name.';
COMMENT ON COLUMN marts.providers_canonical.domain IS 'Domain to show: of the same providers that have one, that of the provider mentioned most.';
COMMENT ON COLUMN marts.providers_canonical.chosen_by IS 'How the name was chosen: organization (a name or other name in the organizations), only one, or most mentions.';
COMMENT ON COLUMN marts.providers_canonical.mention_count IS 'Records and entries of related lists that name the provider in this spelling.';
