-- Asking people about their seats: the mails, the links in them, and what was answered. No address is kept: recipient
-- is a keyed hash, and a link's token stands in the mail only.
CREATE TABLE notice (
    notice_id VARCHAR NOT NULL, message_id VARCHAR NOT NULL, number VARCHAR NOT NULL, profile_id VARCHAR NOT NULL,
    org_id VARCHAR NOT NULL, user_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, audience VARCHAR NOT NULL,
    recipient VARCHAR NOT NULL, recipient_user_id VARCHAR NOT NULL, state VARCHAR NOT NULL, said VARCHAR NOT NULL,
    answer_until TIMESTAMP, intended_at TIMESTAMP NOT NULL, closed_at TIMESTAMP
);
CREATE TABLE answer_link (
    link_id VARCHAR NOT NULL, token_hash VARCHAR NOT NULL, message_id VARCHAR NOT NULL, number VARCHAR NOT NULL,
    profile_id VARCHAR NOT NULL, purpose VARCHAR NOT NULL, recipient VARCHAR NOT NULL,
    expires_at TIMESTAMP NOT NULL, used_at TIMESTAMP
);
CREATE TABLE notice_answer (
    answer_id VARCHAR NOT NULL, number VARCHAR NOT NULL, profile_id VARCHAR NOT NULL, org_id VARCHAR NOT NULL,
    user_id VARCHAR NOT NULL, decision VARCHAR NOT NULL, reason VARCHAR NOT NULL, answered_by VARCHAR NOT NULL,
    message_id VARCHAR NOT NULL, answered_at TIMESTAMP NOT NULL
);
