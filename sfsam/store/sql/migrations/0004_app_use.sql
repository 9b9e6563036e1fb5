-- The Lightning app that somebody used last, per form factor: people who work in one session for weeks show nowhere
-- else (Salesforce fact sheet 4.11, 4.16).
CREATE TABLE sf_user_app_info (
    org_id VARCHAR NOT NULL, id VARCHAR NOT NULL, user_id VARCHAR, last_modified_date TIMESTAMP
);
