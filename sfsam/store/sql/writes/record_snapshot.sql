INSERT INTO snapshot BY NAME
SELECT
    $profile_id AS profile_id, $org_id AS org_id, $job_id AS job_id, $taken_at::TIMESTAMP AS taken_at,
    now() AT TIME ZONE 'UTC' AS completed_at, $object_rows::JSON AS object_rows, $incomplete::JSON AS incomplete,
    $warnings::JSON AS warnings, $is_incremental::BOOLEAN AS is_incremental, $read_columns::JSON AS read_columns,
    $logins_whole_until::TIMESTAMP AS logins_whole_until, $is_confirmed::BOOLEAN AS is_confirmed,
    -- Days that were read earlier are known still.
    least($logins_since::TIMESTAMP, (
        SELECT arg_max(logins_known_since, taken_at) FROM snapshot WHERE org_id = $org_id
    )) AS logins_known_since
