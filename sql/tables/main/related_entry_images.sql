-- rows: distinct items of related[].images
-- belongs to: entry
-- parquet: no
CREATE TABLE main.related_entry_images (
    entry_id       VARCHAR NOT NULL,
    image_position INTEGER NOT NULL,
    url            VARCHAR,
    width          BIGINT,
    height         BIGINT,
    title          VARCHAR,
    attribution    VARCHAR,
    is_cached      BOOLEAN
);

COMMENT ON TABLE main.related_entry_images IS 'One row per image of a distinct entry of the lists of related articles. Key: entry_id, image_position.';

COMMENT ON COLUMN main.related_entry_images.entry_id IS 'The entry, as in related_entries.entry_id.';
COMMENT ON COLUMN main.related_entry_images.image_position IS 'Place of the image among the entry''s images, counted from 0 in the file''s order.';
COMMENT ON COLUMN main.related_entry_images.url IS 'Address of the image, as written. From: related[].images[].url, related[].images[].';
COMMENT ON COLUMN main.related_entry_images.width IS 'Width of the image in pixels. From: related[].images[].width.';
COMMENT ON COLUMN main.related_entry_images.height IS 'Height of the image in pixels. From: related[].images[].height.';
COMMENT ON COLUMN main.related_entry_images.title IS 'Title of the image. From: related[].images[].title.';
COMMENT ON COLUMN main.related_entry_images.attribution IS 'Whom the image is credited to. From: related[].images[].attribution.';
COMMENT ON COLUMN main.related_entry_images.is_cached IS 'Whether the publisher keeps a copy of the image. From: related[].images[].isCached.';
