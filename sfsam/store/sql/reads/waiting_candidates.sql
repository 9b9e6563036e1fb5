-- title: Candidates that wait for an answer
-- description: Candidates that await their user or an approval. asked_at is when the newest question went out (empty: not
--   known whether it did), answer_until the end of the time to answer, decision the newest answer since that question.
--   digest_at is when an approver was last written to, asked_audience to whom.
-- parameters: org_ids, profile_id, numbers
-- columns: number, state, profile_id, org_id, org, user_id, name, kind, identifier, model, rule_id, inactive_days,
--   potential_savings, currency, tried_at, asked_at, answer_until, reminders, reminded_at, decision, reason, answered_by,
--   answered_at, digest_at, asked_audience
WITH ask AS (
    SELECT number, intended_at, CASE WHEN state = 'sent' THEN closed_at END AS asked_at, answer_until
    FROM notice WHERE kind = 'ask'
    QUALIFY row_number() OVER (PARTITION BY number ORDER BY intended_at DESC, notice_id) = 1
), reminder AS (
    SELECT n.number, count(*) AS reminders, max(n.intended_at) AS reminded_at
    FROM notice n JOIN ask a ON a.number = n.number AND n.intended_at > a.intended_at
    WHERE n.kind = 'reminder' AND n.state <> 'refused'
    GROUP BY n.number
), answer AS (
    SELECT n.number, n.decision, n.reason, n.answered_by, n.answered_at
    FROM notice_answer n LEFT JOIN ask a ON a.number = n.number
    WHERE n.answered_at >= coalesce(a.intended_at, n.answered_at)
    QUALIFY row_number() OVER (PARTITION BY n.number ORDER BY n.answered_at DESC, n.answer_id) = 1
), digest AS (
    SELECT number, intended_at AS digest_at, audience
    FROM notice WHERE kind = 'digest' AND state <> 'refused'
    QUALIFY row_number() OVER (PARTITION BY number ORDER BY intended_at DESC, notice_id) = 1
)
SELECT
    c.number, c.state, c.profile_id, c.org_id, c.org, c.user_id, c.name, c.kind, c.identifier, c.model, c.rule_id,
    c.inactive_days, c.potential_savings, c.currency, ask.intended_at AS tried_at, ask.asked_at, ask.answer_until,
    coalesce(reminder.reminders, 0) AS reminders, reminder.reminded_at, answer.decision, answer.reason,
    answer.answered_by, answer.answered_at,
    CASE WHEN digest.digest_at >= answer.answered_at THEN digest.digest_at END AS digest_at,
    CASE WHEN digest.digest_at >= answer.answered_at THEN digest.audience END AS asked_audience
FROM valued_candidate c
LEFT JOIN ask USING (number)
LEFT JOIN reminder USING (number)
LEFT JOIN answer USING (number)
LEFT JOIN digest USING (number)
WHERE c.state IN ('awaiting_user', 'awaiting_approval') AND is_chosen($org_ids, c.org_id)
    AND is_chosen($numbers, c.number) AND ($profile_id::VARCHAR IS NULL OR c.profile_id = $profile_id)
ORDER BY c.number
