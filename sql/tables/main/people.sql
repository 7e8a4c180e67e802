-- rows: documents
-- collection: people
-- belongs to: document
CREATE TABLE main.people (
    record_id               VARCHAR NOT NULL,
    location                VARCHAR,
    website                 VARCHAR,
    affiliation_provider_id VARCHAR,
    twitter_username        VARCHAR,
    twitter_url             VARCHAR,
    twitter_followers       BIGINT,
    linkedin_url            VARCHAR,
    twitch_url              VARCHAR,
    twitch_followers        BIGINT,
    youtube_url             VARCHAR,
    youtube_subscribers     BIGINT
);

COMMENT ON TABLE main.people IS 'One row per record of the collection people. Key: record_id.';

COMMENT ON COLUMN main.people.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.people.location IS 'Where the person lives, as written. From: location.';
COMMENT ON COLUMN main.people.website IS 'Address of the person''s website, as written. From: website.';
COMMENT ON COLUMN main.people.affiliation_provider_id IS 'The organization the person works for, as in providers.provider_id. From: affiliation.name, affiliation.domain. By: provider_id.';
COMMENT ON COLUMN main.people.twitter_username IS 'Twitter name, without the at sign. From: twitter.username.';
COMMENT ON COLUMN main.people.twitter_url IS 'Address of the Twitter profile, as written. From: twitter.url.';
COMMENT ON COLUMN main.people.twitter_followers IS 'Number of followers on Twitter. From: twitter.followers.';
COMMENT ON COLUMN main.people.linkedin_url IS 'Address of the LinkedIn profile, as written. From: linkedin.url.';
COMMENT ON COLUMN main.people.twitch_url IS 'Address of the Twitch channel, as written. From: twitch.url.';
COMMENT ON COLUMN main.people.twitch_followers IS 'Number of followers on Twitch. From: twitch.followers.';
COMMENT ON COLUMN main.people.youtube_url IS 'Address of the YouTube channel, as written. From: youtube.url.';
COMMENT ON COLUMN main.people.youtube_subscribers IS 'Number of subscribers on YouTube. From: youtube.subscribers.';
