-- rows: code warehouse/checks.py
-- belongs to: run
CREATE TABLE meta.checks (
    run_id         VARCHAR NOT NULL,
    name           VARCHAR NOT NULL,
    severity       VARCHAR,
    offending_rows BIGINT,
    seconds        DOUBLE,
    description    VARCHAR
);

COMMENT ON TABLE meta.checks IS 'One row per check and run. Key: run_id, name.';

COMMENT ON COLUMN meta.checks.run_id IS 'The run, as in meta.runs.run_id.';
COMMENT ON COLUMN meta.checks.name IS 'Name of the check.';
COMMENT ON COLUMN meta.checks.severity IS 'What a failure means, such as error (nothing is published) or warning.';
COMMENT ON COLUMN meta.checks.offending_rows IS 'Number of rows that break the rule; 0 where it holds.';
COMMENT ON COLUMN meta.checks.seconds IS 'Seconds the check took.';
COMMENT ON COLUMN meta.checks.description IS 'The rule that the check states.';
