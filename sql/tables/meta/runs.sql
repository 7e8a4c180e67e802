-- rows: code warehouse/bookkeeping.py
-- belongs to: run
CREATE TABLE meta.runs (
    run_id             VARCHAR NOT NULL,
    flow_run_id        VARCHAR,
    started_at         TIMESTAMP WITH TIME ZONE,
    ended_at           TIMESTAMP WITH TIME ZONE,
    state              VARCHAR,
    trigger            VARCHAR,
    version            VARCHAR,
    snapshot_id        VARCHAR,
    full_refresh       BOOLEAN,
    found              BIGINT,
    loaded             BIGINT,
    unchanged          BIGINT,
    rejected           BIGINT,
    kept               BIGINT,
    skipped            BIGINT,
    removed            BIGINT,
    records            BIGINT,
    documents_declined BIGINT,
    distinct_blocks    BIGINT,
    bytes_read         BIGINT,
    stage_seconds      MAP(VARCHAR, DOUBLE),
    error              VARCHAR
);

COMMENT ON TABLE meta.runs IS 'One row per run. Key: run_id.';

COMMENT ON COLUMN meta.runs.run_id IS 'Id of the run.';
COMMENT ON COLUMN meta.runs.flow_run_id IS 'Id of the Prefect flow run; NULL where the run was started without Prefect.';
COMMENT ON COLUMN meta.runs.started_at IS 'When the run started, in UTC.';
COMMENT ON COLUMN meta.runs.ended_at IS 'When the run ended, in UTC.';
COMMENT ON COLUMN meta.runs.state IS 'How the run ended: loaded, unchanged, partial (some sources failed), failed, cancelled or killed (its process ended without a word).';
COMMENT ON COLUMN meta.runs.trigger IS 'What started the run, such as cli or a deployment.';
COMMENT ON COLUMN meta.runs.version IS 'Version of Matterhouse that ran.';
COMMENT ON COLUMN meta.runs.snapshot_id IS 'Snapshot that the run published; NULL where it published none.';
COMMENT ON COLUMN meta.runs.full_refresh IS 'Whether the run read every file again, changed or not.';
COMMENT ON COLUMN meta.runs.found IS 'Files found in the sources, without those that failed in a partial run or were not due; equals loaded + unchanged + rejected + skipped.';
COMMENT ON COLUMN meta.runs.loaded IS 'Files read and loaded because they were new or changed.';
COMMENT ON COLUMN meta.runs.unchanged IS 'Files left alone because they were as the run before had left them.';
COMMENT ON COLUMN meta.runs.rejected IS 'Files that could not be read; meta.rejects says why.';
COMMENT ON COLUMN meta.runs.kept IS 'Those of the rejected files whose records of before stay; meta.files.kept_since marks them.';
COMMENT ON COLUMN meta.runs.skipped IS 'Files without front matter, or that are not plain files.';
COMMENT ON COLUMN meta.runs.removed IS 'Files that the run before knew and that are gone; not part of found.';
COMMENT ON COLUMN meta.runs.records IS 'Records that the loaded, unchanged and kept files hold: a data file may hold many.';
COMMENT ON COLUMN meta.runs.documents_declined IS 'Documents that the fast reader passed on to the slower, authoritative one.';
COMMENT ON COLUMN meta.runs.distinct_blocks IS 'Distinct blocks of front-matter text that were parsed; repeated blocks are parsed once.';
COMMENT ON COLUMN meta.runs.bytes_read IS 'Bytes of file content read.';
COMMENT ON COLUMN meta.runs.stage_seconds IS 'Seconds of wall time by stage of the run.';
COMMENT ON COLUMN meta.runs.error IS 'What made the run, or some of its sources, fail; NULL where none did.';
