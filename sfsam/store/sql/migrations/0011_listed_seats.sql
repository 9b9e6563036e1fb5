-- A seat in a list says whether totals count it, so that the rows behind a number are exactly those it adds up.
CREATE OR REPLACE MACRO listed_seats(stale_after_days, grace_days) AS TABLE
SELECT
    s.subscription_id, s.org, s.org_id, s.kind, s.identifier, s.model, s.user_id, s.name, s.user_principal_name,
    s.department, s.title, s.user_type, s.part, s.last_activity_at, s.inactive_days, s.deciding_signal,
    s.last_machine_at, s.assigned_at,
    CASE WHEN s.costs_seat THEN s.unit_cost ELSE s.unit_cost * 0 END::DECIMAL(18, 2) AS annual_cost,
    s.currency, s.price_source, s.is_frozen, s.is_administrator, s.is_machine, s.is_excluded,
    c.candidate_number, c.candidate_state, s.is_connected_user, coalesce(c.is_kept, false) AS is_kept,
    s.is_counted, s.is_sandbox, s.search_text
FROM seats(stale_after_days, grace_days) s
LEFT JOIN seat_candidate c
    ON c.org_id = s.org_id AND c.user_id = s.user_id AND c.kind = s.kind AND c.identifier = s.identifier;

-- For people who open the file; its name and its columns stay.
CREATE OR REPLACE VIEW subscriptions AS
SELECT * EXCLUDE (is_connected_user, is_kept, is_counted, is_sandbox, search_text) FROM listed_seats(60, 30);
