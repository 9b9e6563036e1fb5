-- title: Consumption over time
-- description: What Salesforce had counted of one entitlement on each day that had a download, and what was allowed.
--   A fall means that a new period began.
-- parameters: org_id, entitlement_id
-- columns: day, allowed, used
SELECT day, allowed, used
FROM consumption_day
WHERE org_id = $org_id AND entitlement_id = $entitlement_id
ORDER BY day
