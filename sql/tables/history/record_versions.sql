-- rows: code matterhouse/history
-- belongs to: history
CREATE TABLE history.record_versions (
    record_id         VARCHAR NOT NULL,
    valid_from        TIMESTAMP WITH TIME ZONE NOT NULL,
    valid_to          TIMESTAMP WITH TIME ZONE,
    source            VARCHAR,
    collection        VARCHAR,
    path              VARCHAR,
    file_id           VARCHAR,
    commit_id         VARCHAR,
    author_name       VARCHAR,
    is_clock_adjusted BOOLEAN,
    is_deleted        BOOLEAN,
    is_rejected       BOOLEAN,
    renamed_from      VARCHAR,
    slug              VARCHAR,
    title             VARCHAR,
    excerpt           VARCHAR,
    description       VARCHAR,
    type              VARCHAR,
    category          VARCHAR,
    layout            VARCHAR,
    taxonomy          VARCHAR,
    length            VARCHAR,
    length_seconds    BIGINT,
    published_at      TIMESTAMP WITH TIME ZONE,
    updated_at        TIMESTAMP WITH TIME ZONE,
    language          VARCHAR,
    is_draft          BOOLEAN,
    weight            DOUBLE,
    url               VARCHAR,
    web_url           VARCHAR,
    original_url      VARCHAR,
    amp_url           VARCHAR,
    cdn_amp_url       VARCHAR,
    url_key           VARCHAR,
    quality           BIGINT,
    heat              BIGINT,
    is_published      BOOLEAN,
    is_removed        BOOLEAN,
    is_secured        BOOLEAN,
    featured_content  VARCHAR,
    provider_id       VARCHAR,
    body_length       BIGINT,
    topics            VARCHAR[],
    related_count     BIGINT,
    image_count       BIGINT,
    other_values      MAP(VARCHAR, VARCHAR),
    content_hash      VARCHAR
);

COMMENT ON TABLE history.record_versions IS 'One row per stretch of commits in which a record stayed the same. Of git sources with history: true, along the first parents of their ref. The columns are those of records at that time, without is_secured_valid; a commit that changes none of them begins no version. Key: record_id, valid_from.';

COMMENT ON COLUMN history.record_versions.record_id IS 'Id of the record, made as records.record_id, also of one that is gone.';
COMMENT ON COLUMN history.record_versions.valid_from IS 'Time of the commit that began the version, in UTC; moved on by a microsecond or more past the commit before it where clocks went back or stood still.';
COMMENT ON COLUMN history.record_versions.valid_to IS 'When the next version began; NULL: the record is still so.';
COMMENT ON COLUMN history.record_versions.source IS 'Name of the content repository, as configured.';
COMMENT ON COLUMN history.record_versions.collection IS 'Kind of thing that the document describes, as in records.collection; NULL in a version without a record.';
COMMENT ON COLUMN history.record_versions.path IS 'Path of the document in its source; an item of a data file stands behind #.';
COMMENT ON COLUMN history.record_versions.file_id IS 'Id of the file, made as raw.documents.file_id.';
COMMENT ON COLUMN history.record_versions.commit_id IS 'Commit that began the version.';
COMMENT ON COLUMN history.record_versions.author_name IS 'Who wrote that commit; NULL unless the source says publish_authors.';
COMMENT ON COLUMN history.record_versions.is_clock_adjusted IS 'Whether valid_from is not the commit''s own time, since an earlier commit has that time or a later one.';
COMMENT ON COLUMN history.record_versions.is_deleted IS 'Whether there is no record in this stretch: its file is gone, holds no record or could not be read.';
COMMENT ON COLUMN history.record_versions.is_rejected IS 'Whether the file was there and could not be read: meta.rejects has the reason and the commit.';
COMMENT ON COLUMN history.record_versions.renamed_from IS 'Path that the file had before git saw it moved here in this commit; NULL for any other version, also where the file cannot be read.';
COMMENT ON COLUMN history.record_versions.slug IS 'Name of the document in addresses: as its front matter says, else the file name without date, language and extension, for an index or _index file its folder, for a home page index, for an item of a data file its key.';
COMMENT ON COLUMN history.record_versions.title IS 'Title, or the name of a person, event, community, organization or topic.';
COMMENT ON COLUMN history.record_versions.excerpt IS 'Short text about the record: its excerpt, else a person''s bio, else an organization''s description.';
COMMENT ON COLUMN history.record_versions.description IS 'What the content is about, in the front matter''s own words.';
COMMENT ON COLUMN history.record_versions.type IS 'Kind of content within its collection, such as article, video or course; of a list the first.';
COMMENT ON COLUMN history.record_versions.category IS 'Category the source files the record under; of a list the first.';
COMMENT ON COLUMN history.record_versions.layout IS 'Page layout that the site uses for the record.';
COMMENT ON COLUMN history.record_versions.taxonomy IS 'Taxonomy that a record of _data belongs to, such as organization or topic.';
COMMENT ON COLUMN history.record_versions.length IS 'Length in a record of any collection, as written, such as PT44M or 12 hours.';
COMMENT ON COLUMN history.record_versions.length_seconds IS 'Length in seconds, read from ISO 8601 durations and forms such as 12 hours; NULL where it cannot be read.';
COMMENT ON COLUMN history.record_versions.published_at IS 'When the content was published, in UTC; else the date in its path.';
COMMENT ON COLUMN history.record_versions.updated_at IS 'When the content was last changed, as the front matter says, in UTC.';
COMMENT ON COLUMN history.record_versions.language IS 'Language of the content as the front matter says, else as a locale folder or the file''s name says, such as fr or pt-br.';
COMMENT ON COLUMN history.record_versions.is_draft IS 'Whether the content is a draft: as the front matter says, else true below a folder of drafts; NULL where neither says.';
COMMENT ON COLUMN history.record_versions.weight IS 'Place of the document among its neighbours, the lowest first, as the front matter says.';
COMMENT ON COLUMN history.record_versions.url IS 'Address that the source gives the content''s page, as written, such as /about/.';
COMMENT ON COLUMN history.record_versions.web_url IS 'Address of the content''s web page, as written.';
COMMENT ON COLUMN history.record_versions.original_url IS 'Address at which the content first appeared, as written.';
COMMENT ON COLUMN history.record_versions.amp_url IS 'Address of the AMP page, as written.';
COMMENT ON COLUMN history.record_versions.cdn_amp_url IS 'Address of the AMP page on a content delivery network, as written.';
COMMENT ON COLUMN history.record_versions.url_key IS 'Canonical form of web_url, else of original_url: lower-case host without www., no scheme, fragment, tracking parameters or trailing slash.';
COMMENT ON COLUMN history.record_versions.quality IS 'Quality score that the source gives the record, without a unit.';
COMMENT ON COLUMN history.record_versions.heat IS 'Popularity score that the source gives the record, without a unit; it can be negative.';
COMMENT ON COLUMN history.record_versions.is_published IS 'Whether the source shows the record; NULL where the file does not say, or gives a date.';
COMMENT ON COLUMN history.record_versions.is_removed IS 'Whether the source has withdrawn the record; NULL where the file does not say.';
COMMENT ON COLUMN history.record_versions.is_secured IS 'Whether the file carries a secured value; the value itself is not kept here.';
COMMENT ON COLUMN history.record_versions.featured_content IS 'Marker of featured content, as written.';
COMMENT ON COLUMN history.record_versions.provider_id IS 'Who provides the content, as in providers.provider_id.';
COMMENT ON COLUMN history.record_versions.body_length IS 'Characters after the front matter.';
COMMENT ON COLUMN history.record_versions.topics IS 'Names of the topics, tags, categories and keywords, as record_topics orders them; NULL where the record lists none.';
COMMENT ON COLUMN history.record_versions.related_count IS 'Number of entries in the list of related articles.';
COMMENT ON COLUMN history.record_versions.image_count IS 'Number of images of the record.';
COMMENT ON COLUMN history.record_versions.other_values IS 'The front-matter paths that the source''s history.columns name and the record has, with their values: text as written, lists and mappings as JSON; NULL where there are none.';
COMMENT ON COLUMN history.record_versions.content_hash IS 'Git blob id of the file (SHA-1, hexadecimal) when the version began; later contents of the version differ in what is not followed.';
