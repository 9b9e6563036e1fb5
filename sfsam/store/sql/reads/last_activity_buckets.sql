-- title: Last human activity
-- description: Active, human users by the days since their last human activity, counted back from their org's last
--   download. Users that only machines log in as are left out, and so are users whose sign-ins the org does not
--   show. Who has not been seen and is new or newly reactivated stands apart as in grace. A bucket is stale when all
--   of it lies beyond the threshold.
-- parameters: org_ids, kinds, models, departments, stale_after_days, grace_days, include_sandboxes
-- columns: ordinal, bucket, people, part
WITH bucket(ordinal, bucket, after_days, until_days) AS (
    VALUES
        (1, '0–30 days', 0, 30), (2, '31–60 days', 30, 60), (3, 'New, in grace', NULL, NULL),
        (4, '61–90 days', 60, 90), (5, '91–180 days', 90, 180), (6, 'Over 180 days', 180, NULL),
        (7, 'Never', NULL, NULL)
),
placed AS (
    SELECT
        CASE WHEN part = 'in_grace' THEN 3 WHEN idle_days IS NULL THEN 7 WHEN idle_days <= 30 THEN 1
            WHEN idle_days <= 60 THEN 2 WHEN idle_days <= 90 THEN 4 WHEN idle_days <= 180 THEN 5 ELSE 6 END AS ordinal,
        sum(people)::BIGINT AS people
    FROM counted_people($org_ids, $kinds, $models, $departments, $stale_after_days, $grace_days, $include_sandboxes)
    WHERE part <> 'unknown'
    GROUP BY 1
)
SELECT
    b.ordinal, b.bucket, coalesce(p.people, 0) AS people,
    CASE WHEN b.ordinal = 3 THEN 'in_grace' WHEN b.after_days < $stale_after_days THEN 'active' ELSE 'stale' END AS part
FROM bucket b
LEFT JOIN placed p ON p.ordinal = b.ordinal
ORDER BY b.ordinal
