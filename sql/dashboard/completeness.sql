-- How complete is the metadata?
SELECT collection, sum(record_count) AS documents, column_name, sum(filled_count) / sum(record_count) AS filled_share
FROM marts.metadata_completeness
WHERE ($source IS NULL OR source = $source) AND ($collection IS NULL OR collection = $collection)
GROUP BY collection, column_name
ORDER BY documents DESC, collection NULLS LAST, column_name
