-- Users that arrived and hold other feature licenses than before: theirs are written anew.
CREATE TEMP TABLE gone_sf_user_feature AS
WITH before AS (
    SELECT user_id, field FROM sf_user_feature WHERE org_id = $org_id AND user_id IN (SELECT id FROM arrived_sf_user)
),
now_held AS (SELECT DISTINCT user_id, field FROM arrived_sf_user_feature)
SELECT DISTINCT user_id
FROM ((FROM now_held EXCEPT FROM before) UNION ALL (FROM before EXCEPT FROM now_held))
