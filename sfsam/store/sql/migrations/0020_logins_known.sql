-- Of a large org the sign-ins come newest first, a share with each download: since when they are all there.
ALTER TABLE snapshot ADD COLUMN logins_known_since TIMESTAMP;  -- NULL: not known, or none were read
