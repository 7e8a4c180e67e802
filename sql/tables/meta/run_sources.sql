-- rows: code warehouse/bookkeeping.py
-- belongs to: run
CREATE TABLE meta.run_sources (
    run_id    VARCHAR NOT NULL,
    source    VARCHAR NOT NULL,
    commit_id VARCHAR,
    found     BIGINT,
    loaded    BIGINT,
    unchanged BIGINT,
    rejected  BIGINT,
    kept      BIGINT,
    skipped   BIGINT,
    removed   BIGINT,
    records   BIGINT,
    error     VARCHAR
);

COMMENT ON TABLE meta.run_sources IS 'One row per run and source: the account of the run for that source. Key: run_id, source.';

COMMENT ON COLUMN meta.run_sources.run_id IS 'The run, as in meta.runs.run_id.';
COMMENT ON COLUMN meta.run_sources.source IS 'Name of the content repository, as configured.';
COMMENT ON COLUMN meta.run_sources.commit_id IS 'Commit that the run read; NULL for a folder.';
COMMENT ON COLUMN meta.run_sources.found IS 'Files found in the source; equals loaded + unchanged + rejected + skipped.';
COMMENT ON COLUMN meta.run_sources.loaded IS 'Files read and loaded because they were new or changed.';
COMMENT ON COLUMN meta.run_sources.unchanged IS 'Files left alone because they were as the run before had left them.';
COMMENT ON COLUMN meta.run_sources.rejected IS 'Files that could not be read; meta.rejects says why.';
COMMENT ON COLUMN meta.run_sources.kept IS 'Those of the rejected files whose records of before stay; meta.files.kept_since marks them.';
COMMENT ON COLUMN meta.run_sources.skipped IS 'Files without front matter, or that are not plain files.';
COMMENT ON COLUMN meta.run_sources.removed IS 'Files that the run before knew and that are gone; not part of found.';
COMMENT ON COLUMN meta.run_sources.records IS 'Records that the loaded, unchanged and kept files hold: a data file may hold many.';
COMMENT ON COLUMN meta.run_sources.error IS 'Why the source failed in the run, which left its rows as they were; NULL where it did not fail.';
