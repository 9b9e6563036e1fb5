-- title: Removal candidates, for monitoring
-- description: How many candidates of each org stand in each state.
-- parameters:
-- columns: org_id, state, candidates
SELECT org_id, state, count(*) AS candidates
FROM removal_candidate
GROUP BY org_id, state
ORDER BY org_id, state
