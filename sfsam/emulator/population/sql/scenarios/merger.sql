-- A merger. In the first org every eighth employee came over from Contoso, some of them twice; in the others everybody
-- is still at Contoso, with numbers and addresses of its own.
-- Params: org
UPDATE "User" SET "CompanyName" = 'Contoso Trading',
    "Username" = split_part("Username", '@', 1) || '@contoso.example',
    "Email" = split_part("Email", '@', 1) || '@contoso.example',
    "FederationIdentifier" = NULL,
    "EmployeeNumber" = 'C' || substr("EmployeeNumber", 2)
WHERE "CompanyName" = 'Northwind' AND "Id" > 17 AND ($org > 0 OR "Id" % 8 = 3);
-- The account somebody already had at Northwind: one person, two seats.
UPDATE "User" SET "FirstName" = twin."FirstName", "LastName" = twin."LastName", "Title" = twin."Title",
    "EmployeeNumber" = twin."EmployeeNumber", "MobilePhone" = '+49 89 5550' || lpad((twin."Id" % 1000)::VARCHAR, 3, '0')
FROM "User" twin
WHERE $org = 0 AND "User"."CompanyName" = 'Contoso Trading' AND "User"."Id" % 40 = 3 AND twin."Id" = "User"."Id" - 1
    AND twin."EmployeeNumber" IS NOT NULL
