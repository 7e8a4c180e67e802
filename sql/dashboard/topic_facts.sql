-- What is known of a topic?
SELECT
    $topic AS topic,
    list(spelling ORDER BY record_count DESC, spelling) AS spellings,
    any_value(chosen_by) AS chosen_by,
    (SELECT sum(related_count) FROM marts.topic_daily WHERE topic = $topic) AS related,
    (SELECT sum(total_heat) FROM marts.topic_daily WHERE topic = $topic) AS heat,
    (SELECT sum(heat_story_count) FROM marts.topic_daily WHERE topic = $topic) AS stories_with_heat
FROM marts.topics_canonical
WHERE topic = $topic
HAVING count(*) > 0
