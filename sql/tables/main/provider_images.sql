-- rows: code sql/derive/provider_images.sql
-- belongs to: warehouse
CREATE TABLE main.provider_images (
    provider_id VARCHAR NOT NULL,
    url         VARCHAR NOT NULL,
    width       BIGINT,
    height      BIGINT
);

COMMENT ON TABLE main.provider_images IS 'One row per image of a provider as given by records; where they disagree on its size, the largest. Key: provider_id, url.';

COMMENT ON COLUMN main.provider_images.provider_id IS 'The provider, as in providers.provider_id.';
COMMENT ON COLUMN main.provider_images.url IS 'Address of the image, as written. From: provider.images[].url, provider.images[], affiliation.images[].url, affiliation.images[].';
COMMENT ON COLUMN main.provider_images.width IS 'Width of the image in pixels. From: provider.images[].width, affiliation.images[].width.';
COMMENT ON COLUMN main.provider_images.height IS 'Height of the image in pixels. From: provider.images[].height, affiliation.images[].height.';
