-- More used than bought: the contract was cut at its renewal, and nobody has given seats back yet.
-- Params: none
UPDATE "UserLicense" SET "TotalLicenses" = greatest(0, "TotalLicenses" * 9 // 10 - 2)
WHERE "LicenseDefinitionKey" IN ('SFDC', 'AUL', 'PID_Customer_Community');
UPDATE "PermissionSetLicense" SET "TotalLicenses" = greatest(0, "TotalLicenses" * 7 // 10 - 4)
WHERE "DeveloperName" IN ('SalesUserPsl', 'ServiceUserPsl', 'SalesforceCPQ_CPQStandardPerm', 'FieldServiceMobilePsl');
UPDATE "PackageLicense" SET "AllowedLicenses" = greatest(0, "AllowedLicenses" * 8 // 10 - 2)
WHERE "AllowedLicenses" >= 0 AND "NamespacePrefix" IN ('dsfs', 'SBQQ');
UPDATE feature_license SET total = greatest(0, total * 6 // 10 - 2)
WHERE feature IN ('UserPermissionsKnowledgeUser', 'UserPermissionsSupportUser');
UPDATE "ActiveFeatureLicenseMetric" m SET "TotalLicenseCount" = f.total
FROM feature_license f WHERE f.feature = 'UserPermissions' || m."FeatureType";
UPDATE "TenantUsageEntitlement" SET "CurrentAmountAllowed" = floor("AmountUsed" * 0.9)
WHERE "Setting" = 'force.com/AgentConversations';
UPDATE "UserLicense" SET "MonthlyLoginsEntitlement" = "MonthlyLoginsUsed" * 8 // 10
WHERE "MonthlyLoginsEntitlement" IS NOT NULL
