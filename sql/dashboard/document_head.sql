-- What does the front matter of the document say?
SELECT left(front_matter, 100000) AS front_matter, length(front_matter) > 100000 AS is_cut
FROM marts.raw_documents
WHERE record_id = $record
  AND front_matter IS NOT NULL
  -- Of many files only that of the document's part is read.
  AND (filename IS NULL OR ends_with(filename, $file))
