-- What a download has to know of the one before, to ask only for what changed since.
ALTER TABLE snapshot ADD COLUMN is_incremental BOOLEAN;
ALTER TABLE snapshot ADD COLUMN read_columns JSON;           -- object: the fields that were read; NULL: not known
ALTER TABLE snapshot ADD COLUMN logins_whole_until TIMESTAMP; -- earlier sign-ins are all there; NULL: none were read
ALTER TABLE snapshot ADD COLUMN is_confirmed BOOLEAN;        -- somebody said that an object may have shrunk this much
UPDATE snapshot SET is_incremental = false, is_confirmed = false;

-- Whose sign-in it is depends on what the user is today: `person_signal` is what it is called when it is a person's
-- (NULL: it is a machine's by itself), so that the verdict can change without reading the sign-ins again. What
-- `is_recent` is replaced by the next download, which asks again for the sign-ins of the last minutes.
ALTER TABLE sign_in_day ADD COLUMN person_signal VARCHAR;
ALTER TABLE sign_in_day ADD COLUMN is_recent BOOLEAN;
UPDATE sign_in_day SET is_recent = false, person_signal = CASE WHEN NOT is_machine THEN signal END;
