-- Stored events at these positions, for their words.
SELECT notification_id, originator_id, originator_version, topic, state
FROM shezhire.events
WHERE notification_id = ANY (%s)
