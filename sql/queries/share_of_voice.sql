-- Which providers are cited most in related lists?
-- $limit BIGINT = 10: How many to show.
-- columns: name, cited_count, citing_story_count, share_of_voice, story_count, median_quality
SELECT name, cited_count, citing_story_count, share_of_voice, story_count, median_quality
FROM marts.provider_scorecard
ORDER BY cited_count DESC, story_count DESC, name
LIMIT $limit
