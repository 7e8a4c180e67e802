-- rows: items of provider.publishers[].images
-- belongs to: document
CREATE TABLE main.provider_publisher_images (
    record_id      VARCHAR NOT NULL,
    position       INTEGER NOT NULL,
    image_position INTEGER NOT NULL,
    url            VARCHAR,
    width          BIGINT,
    height         BIGINT
);

COMMENT ON TABLE main.provider_publisher_images IS 'One row per image of a publisher listed under a record''s provider. Key: record_id, position, image_position.';

COMMENT ON COLUMN main.provider_publisher_images.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.provider_publisher_images.position IS 'Place of the publisher, as in provider_publishers.position.';
COMMENT ON COLUMN main.provider_publisher_images.image_position IS 'Place of the image among the publisher''s images, counted from 0 in the file''s order.';
COMMENT ON COLUMN main.provider_publisher_images.url IS 'Address of the image, as written. From: provider.publishers[].images[].url, provider.publishers[].images[].';
COMMENT ON COLUMN main.provider_publisher_images.width IS 'Width of the image in pixels. From: provider.publishers[].images[].width.';
COMMENT ON COLUMN main.provider_publisher_images.height IS 'Height of the image in pixels. From: provider.publishers[].images[].height.';
