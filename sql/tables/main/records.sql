-- rows: documents
-- belongs to: document
CREATE TABLE main.records (
    record_id        VARCHAR NOT NULL,
    source           VARCHAR,
    collection       VARCHAR,
    path             VARCHAR,
    item_position    INTEGER,
    slug             VARCHAR,
    title            VARCHAR,
    excerpt          VARCHAR,
    description      VARCHAR,
    type             VARCHAR,
    category         VARCHAR,
    layout           VARCHAR,
    taxonomy         VARCHAR,
    length           VARCHAR,
    length_seconds   BIGINT,
    published_at     TIMESTAMP WITH TIME ZONE,
    updated_at       TIMESTAMP WITH TIME ZONE,
    language         VARCHAR,
    is_draft         BOOLEAN,
    weight           DOUBLE,
    url              VARCHAR,
    web_url          VARCHAR,
    original_url     VARCHAR,
    amp_url          VARCHAR,
    cdn_amp_url      VARCHAR,
    url_key          VARCHAR,
    quality          BIGINT,
    heat             BIGINT,
    is_published     BOOLEAN,
    is_removed       BOOLEAN,
    is_secured       BOOLEAN,
    is_secured_valid BOOLEAN,
    featured_content VARCHAR,
    provider_id      VARCHAR,
    body_length      BIGINT,
    content_hash     VARCHAR,
    first_seen_at    TIMESTAMP WITH TIME ZONE,
    last_changed_at  TIMESTAMP WITH TIME ZONE
);

COMMENT ON TABLE main.records IS 'One row per document with a readable record. Key: record_id.';

COMMENT ON COLUMN main.records.record_id IS 'First 16 hexadecimal digits of BLAKE2b-64 over source, NUL and path, for an item of a data file also NUL and its key or place; the same in every run and on every machine.';
COMMENT ON COLUMN main.records.source IS 'Name of the content repository, as configured.';
COMMENT ON COLUMN main.records.collection IS 'Kind of thing that the document describes: as configured, else the first folder with an underscore or below _data, or the first below content roots and locales, or the name of the data file that it is an item of. By: collection.';
COMMENT ON COLUMN main.records.path IS 'Path of the document in its source, with forward slashes; an item of a data file stands behind #, as in _data/people.yml#anna.';
COMMENT ON COLUMN main.records.item_position IS 'Place of the item in its data file, counted from 0; NULL where the file is one record.';
COMMENT ON COLUMN main.records.slug IS 'Name of the document in addresses: as its front matter says, else the file name without date, language and extension, for an index or _index file its folder, for a home page index, for an item of a data file its key. From: slug. By: slug.';
COMMENT ON COLUMN main.records.title IS 'Title, or the name of a person, event, community, organization or topic. From: title, name.';
COMMENT ON COLUMN main.records.excerpt IS 'Short text about the record: its excerpt, else a person''s bio, else an organization''s description. From: excerpt, bio, description.';
COMMENT ON COLUMN main.records.description IS 'What the content is about, in the front matter''s own words. From: description, summary, abstract.';
COMMENT ON COLUMN main.records.type IS 'Kind of content within its collection, such as article, video or course; of a list the first. From: type. By: first_of.';
COMMENT ON COLUMN main.records.category IS 'Category the source files the record under; of a list the first. From: category. By: first_of.';
COMMENT ON COLUMN main.records.layout IS 'Page layout that the site uses for the record. From: layout.';
COMMENT ON COLUMN main.records.taxonomy IS 'Taxonomy that a record of _data belongs to, such as organization or topic. From: taxonomy.';
COMMENT ON COLUMN main.records.length IS 'Length in a record of any collection, as written, such as PT44M or 12 hours. From: length.';
COMMENT ON COLUMN main.records.length_seconds IS 'Length in seconds, read from ISO 8601 durations and forms such as 12 hours; NULL where it cannot be read. From: length. By: duration_seconds.';
COMMENT ON COLUMN main.records.published_at IS 'When the content was published, in UTC; else the date in its path. From: publishedDateTime, date, pubDate, publishDate, published_at, publishedAt, created, created_at, published, permalink, url, path. By: published_at.';
COMMENT ON COLUMN main.records.updated_at IS 'When the content was last changed, as the front matter says, in UTC. From: lastmod, updated, updated_at, updatedAt, updatedDate, last_modified_at, lastModified, last_updated, last_update.date, modified, ms.date. By: updated_at.';
COMMENT ON COLUMN main.records.language IS 'Language of the content as the front matter says, else as a locale folder or the file''s name says, such as fr or pt-br. From: language, lang, locale. By: language.';
COMMENT ON COLUMN main.records.is_draft IS 'Whether the content is a draft: as the front matter says, else true below a folder of drafts; NULL where neither says. From: draft, isDraft, is_draft. By: is_draft.';
COMMENT ON COLUMN main.records.weight IS 'Place of the document among its neighbours, the lowest first, as the front matter says. From: weight, order, nav_order, sidebar_position, menu_order.';
COMMENT ON COLUMN main.records.url IS 'Address that the source gives the content''s page, as written, such as /about/. From: url, permalink, path. By: address.';
COMMENT ON COLUMN main.records.web_url IS 'Address of the content''s web page, as written. From: webUrl.';
COMMENT ON COLUMN main.records.original_url IS 'Address at which the content first appeared, as written. From: originalUrl.';
COMMENT ON COLUMN main.records.amp_url IS 'Address of the AMP page, as written. From: ampWebUrl.';
COMMENT ON COLUMN main.records.cdn_amp_url IS 'Address of the AMP page on a content delivery network, as written. From: cdnAmpWebUrl.';
COMMENT ON COLUMN main.records.url_key IS 'Canonical form of web_url, else of original_url: lower-case host without www., no scheme, fragment, tracking parameters or trailing slash. From: webUrl, originalUrl. By: url_key.';
COMMENT ON COLUMN main.records.quality IS 'Quality score that the source gives the record, without a unit. From: quality.';
COMMENT ON COLUMN main.records.heat IS 'Popularity score that the source gives the record, without a unit; it can be negative. From: heat.';
COMMENT ON COLUMN main.records.is_published IS 'Whether the source shows the record; NULL where the file does not say, or gives a date. From: published. By: flag_or_date.';
COMMENT ON COLUMN main.records.is_removed IS 'Whether the source has withdrawn the record; NULL where the file does not say. From: removed.';
COMMENT ON COLUMN main.records.is_secured IS 'Whether the file carries a secured value; the value itself is not kept here. From: secured. By: is_present.';
COMMENT ON COLUMN main.records.is_secured_valid IS 'Whether the secured value is two base64 texts with a semicolon between them, the second of 16 bytes; NULL where there is none. From: secured. By: is_valid_secured.';
COMMENT ON COLUMN main.records.featured_content IS 'Marker of featured content, as written. From: featuredContent.';
COMMENT ON COLUMN main.records.provider_id IS 'Who provides the content, as in providers.provider_id. From: provider.name, provider.domain. By: provider_id.';
COMMENT ON COLUMN main.records.body_length IS 'Characters after the front matter.';
COMMENT ON COLUMN main.records.content_hash IS 'Git blob id of the file (SHA-1, hexadecimal).';
COMMENT ON COLUMN main.records.first_seen_at IS 'Start of the run that first loaded the record, in UTC.';
COMMENT ON COLUMN main.records.last_changed_at IS 'Start of the run that last loaded a changed file for the record, in UTC.';
