-- What events at these positions stated, and what stood before: at the same layer, else at the latest layer below.
SELECT f.valid_from, f.body, f.layer, f.subject,
       (SELECT earlier.value
        FROM shezhire.facts earlier
        WHERE earlier.cycle = f.cycle AND earlier.body = f.body AND earlier.subject = f.subject
          AND earlier.layer <= f.layer AND earlier.valid_from < f.valid_from
          AND (earlier.valid_to IS NULL OR earlier.valid_to >= f.valid_from)
        ORDER BY earlier.layer DESC LIMIT 1),
       f.value
FROM shezhire.facts f
WHERE f.valid_from = ANY (%s)
ORDER BY f.valid_from, f.body, f.subject
