-- Scheduled jobs. Which ones there have to be is known to sfsam/services/scheduling.py, which adds what is missing.
CREATE TABLE scheduled_job (
    schedule_id VARCHAR NOT NULL, task VARCHAR NOT NULL,
    profile_id VARCHAR,                                -- NULL: for the whole installation
    cadence JSON NOT NULL,
    time_zone VARCHAR NOT NULL,                        -- '': the installation's
    is_paused BOOLEAN NOT NULL, created_at TIMESTAMP NOT NULL,
    last_run_at TIMESTAMP, last_job_id VARCHAR, next_run_at TIMESTAMP
);
