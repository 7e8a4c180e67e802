-- meta.sources: the newest content of each source.
UPDATE meta.sources
SET newest_published_at = (SELECT max(published_at) FROM main.records WHERE records.source = sources.source);
