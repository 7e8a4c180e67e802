-- The collections that hold other values than before the run, or other documents.
SELECT DISTINCT collection FROM (FROM content_before EXCEPT ALL FROM content_now)
UNION
SELECT DISTINCT collection FROM (FROM content_now EXCEPT ALL FROM content_before);
