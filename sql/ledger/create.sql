-- The ledger, in SQLite. The columns of `files` are those of meta.files, and when the file was last listed.
CREATE TABLE IF NOT EXISTS files (
    source          TEXT,
    path            TEXT,
    size_bytes      INTEGER,
    modified_ns     INTEGER,
    content_hash    TEXT,
    outcome         TEXT,
    part            INTEGER,
    first_seen_at   TEXT,
    last_changed_at TEXT,
    changed_run_id  TEXT,
    listed_ns       INTEGER,
    reason          TEXT,
    records         INTEGER,
    kept_since      TEXT,
    PRIMARY KEY (source, path)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS sources (name TEXT PRIMARY KEY, facts TEXT);

-- `checksum` tells the rows of a damaged ledger that can be trusted from those that cannot.
CREATE TABLE IF NOT EXISTS runs (run_id TEXT PRIMARY KEY, started_at TEXT, facts TEXT, checksum TEXT);

-- Rejects that no snapshot has: of runs that published nothing, and of sources that failed.
CREATE TABLE IF NOT EXISTS rejects (run_id TEXT, facts TEXT);

CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT);
