CREATE VIEW main.related_articles AS
SELECT
    link.record_id,
    link.position,
    entry.title,
    entry.excerpt,
    entry.type,
    entry.quality,
    entry.published_at,
    entry.web_url,
    entry.amp_url,
    entry.cdn_amp_url,
    entry.url_key,
    entry.provider_id,
    entry.related_record_id
FROM main.related_links AS link
JOIN main.related_entries AS entry ON entry.entry_id = link.entry_id
UNION ALL
-- No rows, for every link has an entry. Without a union, DuckDB may compare all entries with all rows of another table
-- before it joins them to their links: `published_at > records.published_at` took 2 s instead of 0.02.
SELECT record_id, position, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM main.related_links
WHERE entry_id IS NULL;

COMMENT ON VIEW main.related_articles IS 'One row per entry of a record''s list of related articles. Key: record_id, position.';

COMMENT ON COLUMN main.related_articles.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.related_articles.position IS 'Place of the entry in the list, counted from 0 in the file''s order.';
COMMENT ON COLUMN main.related_articles.title IS 'Title of the related article. From: related[].title.';
COMMENT ON COLUMN main.related_articles.excerpt IS 'Short text about the related article. From: related[].excerpt.';
COMMENT ON COLUMN main.related_articles.type IS 'Kind of content, such as article or video. From: related[].type.';
COMMENT ON COLUMN main.related_articles.quality IS 'Quality score that the source gives the related article, without a unit. From: related[].quality.';
COMMENT ON COLUMN main.related_articles.published_at IS 'When the related article was published, in UTC. From: related[].publishedDateTime.';
COMMENT ON COLUMN main.related_articles.web_url IS 'Address of the related article, as written. From: related[].webUrl.';
COMMENT ON COLUMN main.related_articles.amp_url IS 'Address of its AMP page, as written. From: related[].ampWebUrl.';
COMMENT ON COLUMN main.related_articles.cdn_amp_url IS 'Address of its AMP page on a content delivery network, as written. From: related[].cdnAmpWebUrl.';
COMMENT ON COLUMN main.related_articles.url_key IS 'Canonical form of web_url, made as in records.url_key. From: related[].webUrl. By: url_key.';
COMMENT ON COLUMN main.related_articles.provider_id IS 'Who provides the related article, as in providers.provider_id. From: related[].provider.name, related[].provider.domain. By: provider_id.';
COMMENT ON COLUMN main.related_articles.related_record_id IS 'The record of any source with the same url_key: the one published first, then the lowest record_id; NULL where there is none.';
