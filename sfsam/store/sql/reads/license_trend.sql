-- title: Seats over time
-- description: The position of all paid licenses on each day that had a download, by the thresholds of then. An org
--   without a download on a day counts with its last one before.
-- parameters: org_ids, kinds, models, include_sandboxes
-- columns: day, owned, assigned, active, stale
WITH chosen AS (
    SELECT d.*
    FROM license_day d
    JOIN priced_license l ON l.org_id = d.org_id AND l.kind = d.kind AND l.identifier = d.identifier
    WHERE l.is_counted AND ($include_sandboxes OR NOT l.is_sandbox)
        AND is_chosen($org_ids, d.org_id) AND is_chosen($kinds, d.kind) AND is_chosen($models, l.model)
),
known_day AS (SELECT DISTINCT org_id, day FROM chosen),
every_day AS (SELECT day FROM known_day GROUP BY day),
org_day AS (
    SELECT e.day, k.org_id, max(k.day) AS known_on
    FROM every_day e JOIN known_day k ON k.day <= e.day
    GROUP BY e.day, k.org_id
)
SELECT
    o.day, sum(c.owned)::BIGINT AS owned, sum(c.assigned)::BIGINT AS assigned, sum(c.active)::BIGINT AS active,
    sum(c.stale)::BIGINT AS stale
FROM org_day o
JOIN chosen c ON c.org_id = o.org_id AND c.day = o.known_on
GROUP BY o.day
ORDER BY o.day
