-- Which scores events at these positions moved, and from where: at the same layer, else at the latest layer below.
SELECT s.valid_from, s.body, s.layer,
       (SELECT earlier.value
        FROM shezhire.scores earlier
        WHERE earlier.cycle = s.cycle AND earlier.body = s.body
          AND earlier.layer <= s.layer AND earlier.valid_from < s.valid_from
          AND (earlier.valid_to IS NULL OR earlier.valid_to >= s.valid_from)
        ORDER BY earlier.layer DESC LIMIT 1),
       s.value
FROM shezhire.scores s
WHERE s.valid_from = ANY (%s)
ORDER BY s.valid_from, s.body, s.layer
