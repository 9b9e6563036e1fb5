INSERT INTO snapshot
SELECT
    $profile_id, $org_id, $job_id, $taken_at::TIMESTAMP, now() AT TIME ZONE 'UTC', $object_rows::JSON,
    $incomplete::JSON, $warnings::JSON
