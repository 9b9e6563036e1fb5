-- Refreshed from production 40 days ago: users came along with their last log-in, the history of log-ins did not.
-- Params: now, org
UPDATE "Organization" SET "TrialExpirationDate" = CASE WHEN $org > 0 THEN $now + INTERVAL 20 DAY END;
DELETE FROM "LoginHistory" WHERE "LoginTime" < $now - INTERVAL 40 DAY
