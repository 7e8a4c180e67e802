CREATE VIEW main.articles AS
SELECT
    record.record_id,
    record.source,
    record.path,
    record.slug,
    record.title,
    record.excerpt,
    record.type,
    record.category,
    record.published_at,
    record.web_url,
    record.original_url,
    record.amp_url,
    record.cdn_amp_url,
    record.url_key,
    record.quality,
    record.heat,
    record.is_published,
    record.is_removed,
    record.is_secured,
    record.featured_content,
    record.provider_id,
    provider.name AS provider_name,
    provider.domain AS provider_domain,
    topic_list.topics,
    coalesce(images.image_count, 0) AS image_count,
    coalesce(related.related_count, 0) AS related_count,
    record.body_length,
    record.content_hash,
    record.first_seen_at,
    record.last_changed_at
FROM main.records AS record
LEFT JOIN main.providers AS provider ON provider.provider_id = record.provider_id
LEFT JOIN (
    SELECT record_id, list(topic ORDER BY position) AS topics
    FROM main.record_topics
    GROUP BY record_id
) AS topic_list ON topic_list.record_id = record.record_id
LEFT JOIN (
    SELECT record_id, count(*) AS image_count
    FROM main.record_images
    GROUP BY record_id
) AS images ON images.record_id = record.record_id
LEFT JOIN (
    SELECT record_id, count(*) AS related_count
    FROM main.related_links
    GROUP BY record_id
) AS related ON related.record_id = record.record_id
WHERE record.collection = 'news';

COMMENT ON VIEW main.articles IS 'One row per record of the collection news: what most people open first. Key: record_id.';

COMMENT ON COLUMN main.articles.record_id IS 'First 16 hexadecimal digits of BLAKE2b-64 over source, NUL and path, for an item of a data file also NUL and its key or place; the same in every run and on every machine.';
COMMENT ON COLUMN main.articles.source IS 'Name of the content repository, as configured.';
COMMENT ON COLUMN main.articles.path IS 'Path of the document in its source, with forward slashes; an item of a data file stands behind #, as in _data/people.yml#anna.';
COMMENT ON COLUMN main.articles.slug IS 'Name of the document in addresses: as its front matter says, else the file name without date, language and extension, for an index or _index file its folder, for a home page index, for an item of a data file its key. From: slug. By: slug.';
COMMENT ON COLUMN main.articles.title IS 'Title, or the name of a person, event, community, organization or topic. From: title, name.';
COMMENT ON COLUMN main.articles.excerpt IS 'Short text about the record: its excerpt, else a person''s bio, else an organization''s description. From: excerpt, bio, description.';
COMMENT ON COLUMN main.articles.type IS 'Kind of content within its collection, such as article, video or course; of a list the first. From: type. By: first_of.';
COMMENT ON COLUMN main.articles.category IS 'Category the source files the record under; of a list the first. From: category. By: first_of.';
COMMENT ON COLUMN main.articles.published_at IS 'When the content was published, in UTC; else the date in its path. From: publishedDateTime, date, pubDate, publishDate, published_at, publishedAt, created, created_at, published, permalink, url, path. By: published_at.';
COMMENT ON COLUMN main.articles.web_url IS 'Address of the content''s web page, as written. From: webUrl.';
COMMENT ON COLUMN main.articles.original_url IS 'Address at which the content first appeared, as written. From: originalUrl.';
COMMENT ON COLUMN main.articles.amp_url IS 'Address of the AMP page, as written. From: ampWebUrl.';
COMMENT ON COLUMN main.articles.cdn_amp_url IS 'Address of the AMP page on a content delivery network, as written. From: cdnAmpWebUrl.';
COMMENT ON COLUMN main.articles.url_key IS 'Canonical form of web_url, else of original_url: lower-case host without www., no scheme, fragment, tracking parameters or trailing slash. From: webUrl, originalUrl. By: url_key.';
COMMENT ON COLUMN main.articles.quality IS 'Quality score that the source gives the record, without a unit. From: quality.';
COMMENT ON COLUMN main.articles.heat IS 'Popularity score that the source gives the record, without a unit; it can be negative. From: heat.';
COMMENT ON COLUMN main.articles.is_published IS 'Whether the source shows the record; NULL where the file does not say, or gives a date. From: published. By: flag_or_date.';
COMMENT ON COLUMN main.articles.is_removed IS 'Whether the source has withdrawn the record; NULL where the file does not say. From: removed.';
COMMENT ON COLUMN main.articles.is_secured IS 'Whether the file carries a secured value; the value itself is not kept here. From: secured. By: is_present.';
COMMENT ON COLUMN main.articles.featured_content IS 'Marker of featured content, as written. From: featuredContent.';
COMMENT ON COLUMN main.articles.provider_id IS 'Who provides the content, as in providers.provider_id. From: provider.name, provider.domain. By: provider_id.';
COMMENT ON COLUMN main.articles.provider_name IS 'Name of the provider, as written. From: provider.name.';
COMMENT ON COLUMN main.articles.provider_domain IS 'Internet domain of the provider, as written. From: provider.domain.';
COMMENT ON COLUMN main.articles.topics IS 'Names of the topics, tags, categories and keywords, as record_topics orders them; NULL where the record lists none. From: topics[], tags[], categories[], keywords[], taxonomies.tags[], taxonomies.categories[].';
COMMENT ON COLUMN main.articles.image_count IS 'Number of images of the record.';
COMMENT ON COLUMN main.articles.related_count IS 'Number of entries in the record''s list of related articles.';
COMMENT ON COLUMN main.articles.body_length IS 'Characters after the front matter.';
COMMENT ON COLUMN main.articles.content_hash IS 'Git blob id of the file (SHA-1, hexadecimal).';
COMMENT ON COLUMN main.articles.first_seen_at IS 'Start of the run that first loaded the record, in UTC.';
COMMENT ON COLUMN main.articles.last_changed_at IS 'Start of the run that last loaded a changed file for the record, in UTC.';
