-- rows: distinct items of related
-- belongs to: entry
-- parquet: no
CREATE TABLE main.related_entries (
    entry_id          VARCHAR NOT NULL,
    title             VARCHAR,
    excerpt           VARCHAR,
    type              VARCHAR,
    quality           BIGINT,
    published_at      TIMESTAMP WITH TIME ZONE,
    web_url           VARCHAR,
    amp_url           VARCHAR,
    cdn_amp_url       VARCHAR,
    url_key           VARCHAR,
    provider_id       VARCHAR,
    related_record_id VARCHAR
);

COMMENT ON TABLE main.related_entries IS 'One row per distinct entry of the lists of related articles, however many records list it. Key: entry_id.';

COMMENT ON COLUMN main.related_entries.entry_id IS 'First 16 hexadecimal digits of BLAKE2b-64 over the entry''s keys and values and their types; the same in every run and on every machine.';
COMMENT ON COLUMN main.related_entries.title IS 'Title of the related article. From: related[].title.';
COMMENT ON COLUMN main.related_entries.excerpt IS 'Short text about the related article. From: related[].excerpt.';
COMMENT ON COLUMN main.related_entries.type IS 'Kind of content, such as article or video. From: related[].type.';
COMMENT ON COLUMN main.related_entries.quality IS 'Quality score that the source gives the related article, without a unit. From: related[].quality.';
COMMENT ON COLUMN main.related_entries.published_at IS 'When the related article was published, in UTC. From: related[].publishedDateTime.';
COMMENT ON COLUMN main.related_entries.web_url IS 'Address of the related article, as written. From: related[].webUrl.';
COMMENT ON COLUMN main.related_entries.amp_url IS 'Address of its AMP page, as written. From: related[].ampWebUrl.';
COMMENT ON COLUMN main.related_entries.cdn_amp_url IS 'Address of its AMP page on a content delivery network, as written. From: related[].cdnAmpWebUrl.';
COMMENT ON COLUMN main.related_entries.url_key IS 'Canonical form of web_url, made as in records.url_key. From: related[].webUrl. By: url_key.';
COMMENT ON COLUMN main.related_entries.provider_id IS 'Who provides the related article, as in providers.provider_id. From: related[].provider.name, related[].provider.domain. By: provider_id.';
COMMENT ON COLUMN main.related_entries.related_record_id IS 'The record of any source with the same url_key: the one published first, then the lowest record_id; NULL where there is none.';
