-- When the commits of a source count, in microseconds since 1970.
SELECT commit_id, epoch_us(valid_from) FROM history.commits WHERE source = $source
