-- rows: items of images
-- belongs to: document
CREATE TABLE main.record_images (
    record_id   VARCHAR NOT NULL,
    position    INTEGER NOT NULL,
    url         VARCHAR,
    width       BIGINT,
    height      BIGINT,
    title       VARCHAR,
    attribution VARCHAR,
    is_cached   BOOLEAN
);

COMMENT ON TABLE main.record_images IS 'One row per image of a record. An image given as plain text has only a url. Key: record_id, position.';

COMMENT ON COLUMN main.record_images.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.record_images.position IS 'Place of the image in the list, counted from 0 in the file''s order.';
COMMENT ON COLUMN main.record_images.url IS 'Address of the image, as written. From: images[].url, images[].';
COMMENT ON COLUMN main.record_images.width IS 'Width of the image in pixels. From: images[].width.';
COMMENT ON COLUMN main.record_images.height IS 'Height of the image in pixels. From: images[].height.';
COMMENT ON COLUMN main.record_images.title IS 'Title of the image. From: images[].title.';
COMMENT ON COLUMN main.record_images.attribution IS 'Whom the image is credited to. From: images[].attribution.';
COMMENT ON COLUMN main.record_images.is_cached IS 'Whether the publisher keeps a copy of the image. From: images[].isCached.';
