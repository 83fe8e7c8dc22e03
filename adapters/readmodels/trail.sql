-- Lines of the trail that match every filter given (a filter that is null matches all).
SELECT "position", event_id::text, type, recorded_at, effective_at, person, role, actor_body, reason, legal_basis,
       authority, cycle, bodies
FROM shezhire.trail
WHERE (%(cycle)s::integer IS NULL OR cycle = %(cycle)s)
  AND (%(body)s::text IS NULL OR %(body)s = ANY (bodies))
  AND (%(actor)s::text IS NULL OR person = %(actor)s)
  AND (%(type)s::text IS NULL OR type = %(type)s OR split_part(type, '.', 2) = %(type)s)
  AND (%(indicator)s::text IS NULL OR EXISTS (
        SELECT FROM unnest(subjects) AS subject WHERE starts_with(subject, %(indicator)s)))
  AND (%(since)s::timestamptz IS NULL OR recorded_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR recorded_at <= %(until)s)
  AND (%(event_ids)s::text[] IS NULL OR event_id = ANY (%(event_ids)s::uuid[]))
  AND (%(up_to)s::bigint IS NULL OR "position" <= %(up_to)s)
ORDER BY "position"
LIMIT %(limit)s
