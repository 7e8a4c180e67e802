-- What is there to learn on each level, and how is it rated?
-- columns: level, record_count, median_hours, mean_rating
SELECT
    level,
    count(*) AS record_count,
    median(length_hours) AS median_hours,
    round(avg(rating_average), 2) AS mean_rating
FROM (SELECT record_id, unnest(levels) AS level, length_hours, rating_average FROM marts.learning_catalogue)
GROUP BY level
ORDER BY record_count DESC, level
