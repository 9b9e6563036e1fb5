-- title: Contracts that the org does not bear out
-- description: Licenses whose contracts in force give another number of seats than the org says it owns. drift =
--   contract quantity − owned. Licenses without a contract quantity, or whose owned seats the org does not show, are
--   not compared.
-- parameters: org_ids, kinds, models
-- columns: org, org_id, kind, identifier, model, contract_quantity, owned, drift, contract_ends_on
SELECT
    org, org_id, kind, identifier, model, contract_quantity, owned, contract_quantity - owned AS drift,
    contract_ends_on
FROM priced_license
WHERE owned_source = 'org' AND contract_quantity <> owned
    AND is_chosen($org_ids, org_id) AND is_chosen($kinds, kind) AND is_chosen($models, model)
ORDER BY abs(contract_quantity - owned) DESC, org, model
