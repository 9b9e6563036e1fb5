-- title: Last human activity
-- description: Active, human users by the days since their last human activity, counted back from their org's last
--   download. Users that only machines log in as are left out, and so are users whose sign-ins the org does not
--   show. Who has not been seen and is new or newly reactivated stands apart as in grace. The threshold is a border of
--   its own, so that a bucket is in use or stale as a whole.
-- parameters: org_ids, kinds, models, departments, stale_after_days, grace_days, include_sandboxes
-- columns: ordinal, bucket, people, part
WITH border AS (SELECT DISTINCT unnest([0, 30, 60, 90, 180, $stale_after_days::INTEGER]) AS after_days),
seen AS (
    SELECT after_days, lead(after_days) OVER (ORDER BY after_days) AS until_days FROM border
),
bucket AS (
    SELECT
        after_days,
        CASE WHEN until_days IS NULL THEN 'Over ' || after_days || ' days'
            WHEN after_days = 0 THEN '0–' || until_days || ' days'
            ELSE (after_days + 1) || '–' || until_days || ' days' END AS bucket,
        CASE WHEN after_days < $stale_after_days THEN 'active' ELSE 'stale' END AS part
    FROM seen
    UNION ALL VALUES (-1, 'New, in grace', 'in_grace'), (1_000_000, 'Never', 'stale')
),
placed AS (
    SELECT
        CASE WHEN p.part = 'in_grace' THEN -1 WHEN p.idle_days IS NULL THEN 1_000_000
            ELSE coalesce((SELECT max(b.after_days) FROM border b WHERE b.after_days < p.idle_days), 0) END AS after_days,
        sum(p.people)::BIGINT AS people
    FROM counted_people(
        $org_ids, $kinds, $models, $departments, $stale_after_days, $grace_days, $include_sandboxes) p
    WHERE p.part <> 'unknown'
    GROUP BY 1
)
SELECT
    row_number() OVER standing AS ordinal, b.bucket, coalesce(p.people, 0) AS people, b.part
FROM bucket b
LEFT JOIN placed p ON p.after_days = b.after_days
WINDOW standing AS (ORDER BY list_position(['active', 'in_grace', 'stale'], b.part), b.after_days)
ORDER BY ordinal
