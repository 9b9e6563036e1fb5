-- What is bought by use: usage-based entitlements, and the logins of login-based licenses (product.md L7).
ALTER TABLE sf_user_license ADD COLUMN monthly_logins_entitlement BIGINT;
ALTER TABLE sf_user_license ADD COLUMN monthly_logins_used BIGINT;

CREATE TABLE sf_tenant_usage_entitlement (
    org_id VARCHAR NOT NULL, id VARCHAR NOT NULL, resource_group_key VARCHAR, setting VARCHAR, master_label VARCHAR,
    start_date DATE, end_date DATE, current_amount_allowed DOUBLE, amount_used DOUBLE, usage_date TIMESTAMP,
    frequency VARCHAR, is_persistent_resource BOOLEAN, overage_grace DOUBLE
);
CREATE TABLE consumption_day (                         -- what was used on each day that had a download
    org_id VARCHAR NOT NULL, entitlement_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, identifier VARCHAR NOT NULL,
    day DATE NOT NULL, allowed DOUBLE, used DOUBLE
);

-- The period that a moment falls into, counted from the start of the contract: "your contract (not the calendar
-- month) determines the start and end of the month" (Salesforce Help, Usage-Based Entitlements). What comes once has
-- the whole contract as its period. Days are counted from midnight to midnight; the end is the day after the last.
CREATE MACRO period_number(frequency, start_date, counted_on) AS CASE frequency
    WHEN 'Daily' THEN date_diff('day', start_date, counted_on)
    WHEN 'Weekly' THEN date_diff('day', start_date, counted_on) // 7
    WHEN 'Fortnightly' THEN date_diff('day', start_date, counted_on) // 14
    WHEN 'Monthly' THEN date_sub('month', start_date, counted_on)
    WHEN 'Quarterly' THEN date_sub('month', start_date, counted_on) // 3
    WHEN 'Yearly' THEN date_sub('month', start_date, counted_on) // 12
END;
CREATE MACRO period_length(frequency) AS CASE frequency
    WHEN 'Daily' THEN INTERVAL 1 DAY WHEN 'Weekly' THEN INTERVAL 7 DAY WHEN 'Fortnightly' THEN INTERVAL 14 DAY
    WHEN 'Monthly' THEN INTERVAL 1 MONTH WHEN 'Quarterly' THEN INTERVAL 3 MONTH WHEN 'Yearly' THEN INTERVAL 12 MONTH
END;

-- One row per entitlement of a connected org with its present period. An amount that is not shown is empty, and a
-- negative allowance means unlimited. Salesforce counts the logins of a login-based license in the current month
-- (fact sheet 4.3); it says no more about that month, so that it is taken as the calendar's.
CREATE VIEW consumption AS
WITH entitlement AS (
    SELECT
        o.profile_id, o.org, o.org_id, o.is_sandbox, o.taken_at, e.id AS entitlement_id, 'consumption' AS kind,
        e.setting AS identifier, coalesce(nullif(e.master_label, ''), e.setting) AS label, e.frequency,
        coalesce(e.is_persistent_resource, false) AS is_persistent, e.current_amount_allowed AS amount,
        e.amount_used AS used, e.start_date, e.end_date,
        least(coalesce(e.usage_date, o.taken_at), o.taken_at) AS counted_at, e.overage_grace
    FROM sf_tenant_usage_entitlement e
    JOIN org o ON o.org_id = e.org_id
    UNION ALL
    SELECT
        o.profile_id, o.org, o.org_id, o.is_sandbox, o.taken_at, l.id, 'login_based', l.license_definition_key,
        coalesce(l.master_label, l.name), 'Monthly', false, l.monthly_logins_entitlement, l.monthly_logins_used,
        date_trunc('month', o.taken_at)::DATE, NULL, o.taken_at, NULL
    FROM sf_user_license l
    JOIN org o ON o.org_id = l.org_id
    WHERE l.monthly_logins_entitlement IS NOT NULL
),
numbered AS (
    SELECT *, greatest(period_number(frequency, start_date, counted_at::DATE), 0) AS number FROM entitlement
),
dated AS (
    SELECT
        *,
        CASE WHEN frequency = 'Once' THEN start_date::TIMESTAMP
            ELSE start_date + number * period_length(frequency) END AS starts_at,
        CASE WHEN frequency = 'Once' THEN end_date + INTERVAL 1 DAY
            ELSE start_date + (number + 1) * period_length(frequency) END AS ends_at
    FROM numbered
)
SELECT
    d.profile_id, d.org, d.org_id, d.is_sandbox, d.taken_at, d.entitlement_id, d.kind, d.identifier, d.label,
    d.frequency, d.is_persistent, coalesce(d.amount < 0, false) AS is_unlimited,
    CASE WHEN d.amount >= 0 THEN d.amount END::DOUBLE AS allowed, d.used::DOUBLE AS used,
    CASE WHEN NOT d.is_persistent THEN d.starts_at END::TIMESTAMP AS starts_at,
    CASE WHEN NOT d.is_persistent THEN d.ends_at END::TIMESTAMP AS ends_at,
    CASE WHEN NOT d.is_persistent AND d.starts_at IS NOT NULL AND d.ends_at IS NOT NULL THEN
        least(greatest(epoch(d.counted_at) - epoch(d.starts_at), 0) / (epoch(d.ends_at) - epoch(d.starts_at)), 1)
    END AS elapsed_share,
    CASE d.frequency
        WHEN 'Monthly' THEN 1 WHEN 'Quarterly' THEN 3 WHEN 'Yearly' THEN 12
        ELSE (epoch(d.ends_at) - epoch(d.starts_at)) / 86400 / 30.4375
    END::DOUBLE AS months_in_period,
    d.start_date AS contract_start, d.end_date AS contract_end,
    coalesce(d.end_date < d.taken_at::DATE, false) AS is_ended,
    CASE WHEN d.used IS NOT NULL THEN d.counted_at END AS counted_at, d.overage_grace
FROM dated d
JOIN integration_profile p ON p.profile_id = d.profile_id AND p.consumption_enabled;
