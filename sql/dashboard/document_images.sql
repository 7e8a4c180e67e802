-- Which pictures does the document have?
SELECT url, title, attribution, width, height
FROM main.record_images
WHERE record_id = $record AND trim(url) <> ''
ORDER BY position
LIMIT $limit
