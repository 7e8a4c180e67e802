-- rows: code matterhouse/history
-- belongs to: history
CREATE TABLE history.commits (
    source             VARCHAR NOT NULL,
    commit_id          VARCHAR NOT NULL,
    valid_from         TIMESTAMP WITH TIME ZONE,
    committed_at       TIMESTAMP WITH TIME ZONE,
    is_clock_adjusted  BOOLEAN,
    author_name        VARCHAR,
    changed_file_count BIGINT,
    version_count      BIGINT
);

COMMENT ON TABLE history.commits IS 'One row per commit that changed files of a source with history. Along the first parents of its ref; commits that change other files only are left out. Key: source, commit_id.';

COMMENT ON COLUMN history.commits.source IS 'Name of the content repository, as configured.';
COMMENT ON COLUMN history.commits.commit_id IS 'Id of the commit.';
COMMENT ON COLUMN history.commits.valid_from IS 'From when on the warehouse takes the content for what this commit has, in UTC: committed_at, or just past the commit before it.';
COMMENT ON COLUMN history.commits.committed_at IS 'Time that the commit has of being committed, in UTC; NULL where that is no time of the years 1970 to 9999.';
COMMENT ON COLUMN history.commits.is_clock_adjusted IS 'Whether valid_from is not the commit''s own time, since an earlier commit has that time or a later one.';
COMMENT ON COLUMN history.commits.author_name IS 'Who wrote the commit; NULL unless the source says publish_authors.';
COMMENT ON COLUMN history.commits.changed_file_count IS 'Files of the source that the commit changed, added or removed.';
COMMENT ON COLUMN history.commits.version_count IS 'Versions of records that the commit began.';
