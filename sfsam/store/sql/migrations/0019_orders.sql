-- Four eyes: orders that wait for a second person, and the profiles that ask for one.
ALTER TABLE integration_profile ADD COLUMN four_eyes BOOLEAN DEFAULT false;
CREATE TABLE reclaim_order (
    order_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, profile_ids JSON NOT NULL,
    command JSON NOT NULL,                             -- exactly what is done, once it is approved
    people BIGINT NOT NULL, reason VARCHAR NOT NULL, requested_by VARCHAR NOT NULL, requested_at TIMESTAMP NOT NULL,
    state VARCHAR NOT NULL, decided_by VARCHAR NOT NULL, decided_at TIMESTAMP, decision VARCHAR NOT NULL,
    used_at TIMESTAMP, job_id VARCHAR NOT NULL
);
