-- Lines of the trail that match every filter given (a filter that is null matches all). An act of a session that names
-- no body, such as an attendance or a vote of version 1, belongs to those of the item that it is about, or of all items
-- of its session.
WITH items AS MATERIALIZED (
    SELECT i.originator_id, subject
    FROM shezhire.trail i, unnest(i.subjects) AS subject
    WHERE (%(cycle)s::integer IS NOT NULL OR %(body)s::text IS NOT NULL)
      AND i.type = 'CommissionSession.ItemOpened' AND starts_with(subject, 'item:')
      AND (%(cycle)s::integer IS NULL OR i.cycle = %(cycle)s)
      AND (%(body)s::text IS NULL OR %(body)s = ANY (i.bodies))
)
SELECT "position", event_id::text, type, recorded_at, effective_at, person, role, actor_body, reason, legal_basis,
       authority, cycle, bodies
FROM shezhire.trail t
WHERE ((%(cycle)s::integer IS NULL OR cycle = %(cycle)s) AND (%(body)s::text IS NULL OR %(body)s = ANY (bodies))
       OR cardinality(bodies) = 0 AND EXISTS (SELECT FROM items WHERE items.originator_id = t.originator_id AND (
            items.subject = ANY (t.subjects)
            OR NOT EXISTS (SELECT FROM unnest(t.subjects) AS own WHERE starts_with(own, 'item:')))))
  AND (%(actor)s::text IS NULL OR person = %(actor)s)
  AND (%(type)s::text IS NULL OR type = %(type)s OR split_part(type, '.', 2) = %(type)s)
  AND (%(indicator)s::text IS NULL OR EXISTS (
        SELECT FROM unnest(subjects) AS subject WHERE starts_with(subject, %(indicator)s)))
  AND (%(stream)s::uuid IS NULL OR originator_id = %(stream)s)
  AND (%(since)s::timestamptz IS NULL OR recorded_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR recorded_at <= %(until)s)
  AND (%(effective)s::timestamptz IS NULL OR effective_at <= %(effective)s)
  AND (%(event_ids)s::text[] IS NULL OR event_id = ANY (%(event_ids)s::uuid[]))
  AND (%(up_to)s::bigint IS NULL OR "position" <= %(up_to)s)
ORDER BY "position"
LIMIT %(limit)s
