-- Days since the last activity, and in grace, as of this download: they grow for everybody, changed or not.
UPDATE subscription SET
    idle_days = days_idle(last_activity_at, $taken_at::TIMESTAMP),
    grace_age_days = days_in_grace(grace_since, $taken_at::TIMESTAMP)
WHERE org_id = $org_id AND (
    idle_days IS DISTINCT FROM days_idle(last_activity_at, $taken_at::TIMESTAMP)
    OR grace_age_days IS DISTINCT FROM days_in_grace(grace_since, $taken_at::TIMESTAMP)
)
