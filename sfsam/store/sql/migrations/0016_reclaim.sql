-- Reclaim: which rule caught a candidate, what a request is for, and whether sending is stopped.
ALTER TABLE removal_candidate ADD COLUMN rule_id VARCHAR DEFAULT '';
-- Reclaim, freeze or restore, of which candidates, and when it came to its end (empty: on its way, or killed).
ALTER TABLE reclaim_request ADD COLUMN kind VARCHAR DEFAULT 'reclaim';
ALTER TABLE reclaim_request ADD COLUMN numbers JSON DEFAULT '[]';
ALTER TABLE reclaim_request ADD COLUMN ended_at TIMESTAMP;
-- Who stopped all sending, and who allowed it again; the newest row counts.
CREATE TABLE reclaim_stop (
    stop_id VARCHAR NOT NULL, reason VARCHAR NOT NULL, stopped_by VARCHAR NOT NULL, stopped_at TIMESTAMP NOT NULL,
    lifted_by VARCHAR NOT NULL, lifted_at TIMESTAMP
);
ALTER TABLE attempt ADD COLUMN remedy VARCHAR DEFAULT '';  -- what to do about a refusal
-- Requests of before had no end of their own; their candidates say how they ended.
UPDATE reclaim_request SET ended_at = requested_at WHERE ended_at IS NULL;
