-- title: What needs attention
-- description: candidates in the states Ready and Attention Required; identifiers that neither the catalog nor a person
--   knows, with seats on them; entitlements in force that end within 90 days of their org's last download;
--   users with seats whom nobody knows, machines aside, once a directory is there to know them by; kinds of
--   jobs whose last run for a profile failed.
-- parameters: org_ids
-- columns: ready, attention_required, unrecognized, ending, unmatched, failed_jobs
SELECT
    (
        SELECT count(*) FROM removal_candidate WHERE state = 'ready' AND is_chosen($org_ids, org_id)
    ) AS ready,
    (
        SELECT count(*) FROM removal_candidate WHERE state = 'attention_required' AND is_chosen($org_ids, org_id)
    ) AS attention_required,
    (
        SELECT count(DISTINCT (l.kind, l.identifier))
        FROM priced_license l
        SEMI JOIN license_seat_count c ON c.org_id = l.org_id AND c.kind = l.kind AND c.identifier = l.identifier
        WHERE NOT l.is_recognized AND is_chosen($org_ids, l.org_id)
    ) AS unrecognized,
    (
        SELECT count(*)
        FROM active_entitlement e
        JOIN org o ON o.org_id = e.org_id
        WHERE e.ends_on <= o.taken_at::DATE + 90 AND is_chosen($org_ids, e.org_id)
    ) AS ending,
    (
        SELECT count(*) FROM holder_user
        WHERE basis IN ('user', 'same_email') AND seats > 0 AND is_chosen($org_ids, org_id)
            AND EXISTS (SELECT 1 FROM person)
    ) AS unmatched,
    (
        SELECT count(*) FILTER (newest = 'failed')
        FROM (SELECT arg_max(state, created_at) AS newest FROM job GROUP BY kind, profile_id)
    ) AS failed_jobs
