-- meta.sources: the newest content of each source. A date that is still to come when the run starts is none of it.
UPDATE meta.sources
SET newest_published_at = (
    SELECT max(published_at)
    FROM main.records
    WHERE records.source = sources.source AND published_at <= (SELECT started_at FROM this_run)
);
