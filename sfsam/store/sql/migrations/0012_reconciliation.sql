-- What a day's last reconciliation came to, license by license, with the price of then: a number of last month can be
-- shown again as it was, and compared. Days from before know the seats only.
ALTER TABLE license_day ADD COLUMN model VARCHAR;
ALTER TABLE license_day ADD COLUMN is_counted BOOLEAN;             -- it belonged into totals: paid, and not excluded
ALTER TABLE license_day ADD COLUMN excluded BIGINT;
ALTER TABLE license_day ADD COLUMN available BIGINT;
ALTER TABLE license_day ADD COLUMN needed BIGINT;
ALTER TABLE license_day ADD COLUMN unit_cost DECIMAL(18, 2);
ALTER TABLE license_day ADD COLUMN currency VARCHAR;
ALTER TABLE license_day ADD COLUMN price_source VARCHAR;
ALTER TABLE license_day ADD COLUMN annual_spend DECIMAL(18, 2);
ALTER TABLE license_day ADD COLUMN over_licensed DECIMAL(18, 2);
ALTER TABLE license_day ADD COLUMN true_up DECIMAL(18, 2);
ALTER TABLE license_day ADD COLUMN potential_savings DECIMAL(18, 2);
ALTER TABLE license_day ADD COLUMN taken_at TIMESTAMP;             -- of the snapshot that was counted
ALTER TABLE license_day ADD COLUMN reconciled_at TIMESTAMP;

-- Of each org the newest day that is not after the one asked for.
CREATE MACRO license_day_as_of(asked_for) AS TABLE
SELECT d.*
FROM license_day d
JOIN (
    SELECT org_id, max(day) AS day FROM license_day WHERE day <= asked_for::DATE GROUP BY org_id
) newest ON newest.org_id = d.org_id AND newest.day = d.day;
