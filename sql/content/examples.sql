-- The least value of each column, cut.
SELECT table_number, column_number, min(left(value, 100))
FROM content_cells
WHERE value <> '' AND column_number >= 0
GROUP BY ALL;
