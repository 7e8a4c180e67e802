-- Who wrote the document?
SELECT trim(name) AS author, url
FROM main.record_authors
WHERE record_id = $record AND trim(name) <> ''
ORDER BY position
