-- provider_images: each image once; where records disagree on its size, the largest.
DELETE FROM main.provider_images;

INSERT INTO main.provider_images
SELECT DISTINCT ON (provider_id, url) provider_id, url, width, height
FROM main.record_provider_images
WHERE provider_id IS NOT NULL AND url IS NOT NULL
ORDER BY provider_id, url, width DESC NULLS LAST, height DESC NULLS LAST;
