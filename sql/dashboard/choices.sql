-- Which sources, collections and languages are there?
SELECT 'source' AS kind, source AS value, count(*) AS documents FROM main.records WHERE source IS NOT NULL GROUP BY ALL
UNION ALL
SELECT 'collection', collection, count(*) FROM main.records WHERE collection IS NOT NULL GROUP BY ALL
UNION ALL
SELECT 'language', language, count(*) FROM main.records WHERE trim(language) <> '' GROUP BY ALL
ORDER BY kind, documents DESC, value
