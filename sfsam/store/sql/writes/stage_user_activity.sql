-- One row per user: the newest human signal and which one it is, machines, administrators, grace. A Lightning app used
-- is a person's too: it moves inside sessions that last for weeks, which no sign-in shows (fact sheet 4.16).
-- LastLoginDate decides only when it is more than 60 seconds newer than every human sign-in we know, and no machine
-- sign-in explains it; an explanation found once stays while the date stays.
CREATE TEMP TABLE staged_user_activity AS
WITH sign_in AS (
    SELECT user_id, signal, is_machine, last_at, explains_last_login FROM staged_sign_in_day
    UNION ALL
    SELECT
        d.user_id,
        CASE WHEN d.person_signal IS NULL THEN d.signal WHEN m.user_id IS NULL THEN d.person_signal
            ELSE 'API login (machine)' END,
        CASE WHEN d.person_signal IS NULL THEN d.is_machine ELSE m.user_id IS NOT NULL END, d.last_at, false
    FROM sign_in_day d
    LEFT JOIN staged_machine_user m ON m.user_id = d.user_id
    WHERE d.org_id = $org_id AND d.day < $kept_before::DATE AND NOT ($drops_recent AND d.is_recent)
        AND ($of_everyone OR d.user_id IN (SELECT user_id FROM affected_user))
    UNION ALL
    SELECT user_id, 'Lightning app', false, max(last_modified_date), false FROM staged_sf_user_app_info
    WHERE user_id IS NOT NULL AND last_modified_date IS NOT NULL GROUP BY user_id
),
seen AS (
    SELECT
        user_id,
        max(last_at) FILTER (NOT is_machine) AS human_at,
        arg_max(signal, last_at) FILTER (NOT is_machine) AS human_signal,
        max(last_at) FILTER (is_machine) AS machine_at,
        bool_or(explains_last_login) AS explains_last_login
    FROM sign_in
    GROUP BY user_id
),
explained AS (
    SELECT
        u.id AS user_id, u.last_login_date, u.created_date, u.is_active, s.human_at, s.human_signal, s.machine_at,
        m.reason, before.grace_since AS grace_before, user_before.is_active AS was_active,
        u.last_login_date IS NOT NULL AND (
            m.reason IS NOT NULL OR coalesce(s.explains_last_login, false)
            OR coalesce(before.last_login_is_machine AND before.last_login_date = u.last_login_date, false)
        ) AS last_login_is_machine
    FROM staged_sf_user u
    LEFT JOIN seen s ON s.user_id = u.id
    LEFT JOIN staged_machine_user m ON m.user_id = u.id
    LEFT JOIN user_activity before ON before.org_id = $org_id AND before.user_id = u.id
    LEFT JOIN sf_user user_before ON user_before.org_id = $org_id AND user_before.id = u.id
),
decided AS (
    SELECT
        *,
        NOT last_login_is_machine AND last_login_date IS NOT NULL
            AND (human_at IS NULL OR last_login_date > human_at + INTERVAL 60 SECONDS) AS last_login_decides
    FROM explained
),
dated AS (
    SELECT
        *,
        CASE WHEN last_login_decides THEN last_login_date ELSE human_at END AS last_human_at,
        CASE WHEN last_login_decides THEN 'Last login date' ELSE human_signal END AS deciding_signal,
        greatest(machine_at, CASE WHEN last_login_is_machine THEN last_login_date END) AS last_machine_at
    FROM decided
)
SELECT
    $org_id::VARCHAR AS org_id, d.user_id, d.last_human_at, d.deciding_signal, d.last_machine_at, d.last_login_date,
    d.last_login_is_machine,
    d.reason IS NOT NULL OR (d.last_machine_at IS NOT NULL AND d.last_human_at IS NULL) AS is_machine,
    CASE WHEN d.reason IS NOT NULL THEN d.reason
        WHEN d.last_machine_at IS NOT NULL AND d.last_human_at IS NULL THEN 'Only machine sign-ins' END
        AS machine_reason,
    -- An org without a single permission set shows that we may not read them: then everybody is protected.
    coalesce(v.is_administrator, NOT EXISTS (SELECT 1 FROM staged_sf_permission_set)) AS is_administrator,
    coalesce(f.is_frozen, false) AS is_frozen,
    CASE WHEN d.is_active AND NOT d.was_active THEN $taken_at::TIMESTAMP
        ELSE coalesce(d.grace_before, d.created_date) END AS grace_since,
    $is_known::BOOLEAN AS is_known
FROM dated d
LEFT JOIN staged_privilege v ON v.user_id = d.user_id
LEFT JOIN (SELECT user_id, bool_or(is_frozen) AS is_frozen FROM staged_sf_user_login GROUP BY user_id) f
    ON f.user_id = d.user_id
