-- rows: items of provider.images, affiliation.images
-- belongs to: document
CREATE TABLE main.record_provider_images (
    record_id   VARCHAR NOT NULL,
    field       VARCHAR NOT NULL,
    position    INTEGER NOT NULL,
    provider_id VARCHAR,
    url         VARCHAR,
    width       BIGINT,
    height      BIGINT
);

COMMENT ON TABLE main.record_provider_images IS 'One row per image of a provider or affiliation as one record gives it; provider_images has each of them once. Key: record_id, field, position.';

COMMENT ON COLUMN main.record_provider_images.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.record_provider_images.field IS 'Front-matter field that holds the images: provider or affiliation.';
COMMENT ON COLUMN main.record_provider_images.position IS 'Place of the image in the list, counted from 0 in the file''s order.';
COMMENT ON COLUMN main.record_provider_images.provider_id IS 'The provider, as in providers.provider_id; NULL where it has neither name nor domain. From: provider.name, provider.domain, affiliation.name, affiliation.domain. By: provider_id.';
COMMENT ON COLUMN main.record_provider_images.url IS 'Address of the image, as written. From: provider.images[].url, provider.images[], affiliation.images[].url, affiliation.images[].';
COMMENT ON COLUMN main.record_provider_images.width IS 'Width of the image in pixels. From: provider.images[].width, affiliation.images[].width.';
COMMENT ON COLUMN main.record_provider_images.height IS 'Height of the image in pixels. From: provider.images[].height, affiliation.images[].height.';
