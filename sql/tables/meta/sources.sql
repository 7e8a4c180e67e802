-- rows: code warehouse/bookkeeping.py
-- belongs to: run
CREATE TABLE meta.sources (
    source              VARCHAR NOT NULL,
    kind                VARCHAR,
    uri                 VARCHAR,
    ref                 VARCHAR,
    commit_id           VARCHAR,
    listing_digest      VARCHAR,
    refreshed_at        TIMESTAMP WITH TIME ZONE,
    newest_published_at TIMESTAMP WITH TIME ZONE,
    max_age_hours       DOUBLE,
    history_commit_id   VARCHAR,
    is_history_shallow  BOOLEAN
);

COMMENT ON TABLE meta.sources IS 'One row per source: where it stands. Key: source.';

COMMENT ON COLUMN meta.sources.source IS 'Name of the content repository, as configured.';
COMMENT ON COLUMN meta.sources.kind IS 'How the source is read: folder or git.';
COMMENT ON COLUMN meta.sources.uri IS 'Where the source is: a folder or the address of a git repository, without credentials.';
COMMENT ON COLUMN meta.sources.ref IS 'Branch, tag or commit that is followed; NULL for a folder or the default branch.';
COMMENT ON COLUMN meta.sources.commit_id IS 'Commit that the warehouse holds; NULL for a folder.';
COMMENT ON COLUMN meta.sources.listing_digest IS 'Digest over the list of files that the warehouse holds; equal digests mean equal lists.';
COMMENT ON COLUMN meta.sources.refreshed_at IS 'Start of the last run that listed the source, in UTC.';
COMMENT ON COLUMN meta.sources.newest_published_at IS 'Latest published_at of the source''s records that is not after the start of the run, in UTC.';
COMMENT ON COLUMN meta.sources.max_age_hours IS 'Hours without new content after which the source is stale, as configured; NULL for never.';
COMMENT ON COLUMN meta.sources.history_commit_id IS 'Commit up to which schema history was read; NULL where the source has none.';
COMMENT ON COLUMN meta.sources.is_history_shallow IS 'Whether the history begins in the middle, as the repository is a shallow clone: what the oldest commit has may be older; NULL where the source has none.';
