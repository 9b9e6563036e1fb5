-- title: Seats and people
-- description: The seats of all paid licenses together: licenses with a price, or known to be paid, less excluded
--   ones. Free licenses stand outside, so that thousands of free seats do not hide what is paid for. owned and
--   available count the licenses whose owned number is known; over sums the seats missing. They belong to an org, so
--   they are empty while departments are chosen. people counts each active, human user of an org once, whatever
--   license they hold. percent stale = stale seats ÷ assigned seats.
-- parameters: org_ids, kinds, models, departments, stale_after_days, grace_days, include_sandboxes
-- columns: owned, assigned, active, stale, in_grace, machine, inactive_holder, unknown, available, over, people,
--   people_stale, percent_stale
WITH seats_in_all AS (
    SELECT
        sum(owned) AS owned, coalesce(sum(assigned), 0) AS assigned, coalesce(sum(active), 0) AS active,
        coalesce(sum(stale), 0) AS stale, coalesce(sum(in_grace), 0) AS in_grace,
        coalesce(sum(machine), 0) AS machine, coalesce(sum(inactive_holder), 0) AS inactive_holder,
        coalesce(sum(unknown), 0) AS unknown, sum(available) AS available, coalesce(sum(needed), 0) AS over
    FROM license_position($stale_after_days, $grace_days, $departments)
    WHERE is_counted AND ($include_sandboxes OR NOT is_sandbox)
        AND is_chosen($org_ids, org_id) AND is_chosen($kinds, kind) AND is_chosen($models, model)
),
people_in_all AS (
    SELECT
        coalesce(sum(people), 0)::BIGINT AS people,
        coalesce(sum(people) FILTER (part = 'stale'), 0)::BIGINT AS people_stale
    FROM counted_people($org_ids, $kinds, $models, $departments, $stale_after_days, $grace_days, $include_sandboxes)
)
SELECT
    CASE WHEN $departments IS NULL THEN owned END::BIGINT AS owned, assigned::BIGINT AS assigned,
    active::BIGINT AS active, stale::BIGINT AS stale, in_grace::BIGINT AS in_grace, machine::BIGINT AS machine,
    inactive_holder::BIGINT AS inactive_holder, unknown::BIGINT AS unknown,
    CASE WHEN $departments IS NULL THEN available END::BIGINT AS available,
    CASE WHEN $departments IS NULL THEN over END::BIGINT AS over,
    people, people_stale, round(100.0 * stale / nullif(assigned, 0), 1)::DOUBLE AS percent_stale
FROM seats_in_all, people_in_all
