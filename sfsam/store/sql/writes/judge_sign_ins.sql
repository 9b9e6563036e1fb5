-- A user who became a machine, or a person: so did their sign-ins that do not tell by themselves.
UPDATE sign_in_day SET
    is_machine = NOT is_machine, signal = CASE WHEN is_machine THEN person_signal ELSE 'API login (machine)' END
WHERE org_id = $org_id AND person_signal IS NOT NULL
    AND ($of_everyone OR user_id IN (SELECT user_id FROM affected_user))
    AND is_machine <> (user_id IN (SELECT user_id FROM staged_machine_user))
