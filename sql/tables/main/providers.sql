-- rows: code transforms/providers.py
-- belongs to: warehouse
CREATE TABLE main.providers (
    provider_id VARCHAR NOT NULL,
    name        VARCHAR,
    domain      VARCHAR
);

COMMENT ON TABLE main.providers IS 'One row per distinct name and domain of a provider seen in a record, a related article or an affiliation. Key: provider_id.';

COMMENT ON COLUMN main.providers.provider_id IS 'First 16 hexadecimal digits of BLAKE2b-64 over name, NUL and domain, both as written and NULL as empty.';
COMMENT ON COLUMN main.providers.name IS 'Name of the provider, as written. From: provider.name, related[].provider.name, affiliation.name.';
COMMENT ON COLUMN main.providers.domain IS 'Internet domain of the provider, as written. From: provider.domain, related[].provider.domain, affiliation.domain.';
