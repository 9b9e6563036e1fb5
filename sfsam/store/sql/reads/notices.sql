-- title: Notices
-- description: Every mail about a candidate, newest first, with what became of it. A mail about several candidates is a
--   row for each of them. said is what the mail server said when it refused.
-- parameters: org_ids, numbers, states
-- columns: notice_id, number, name, org, org_id, model, kind, audience, state, said, answer_until, intended_at, closed_at,
--   candidate_state
SELECT
    n.notice_id, n.number, c.name, c.org, n.org_id, c.model, n.kind, n.audience, n.state, n.said, n.answer_until,
    n.intended_at, n.closed_at, c.state AS candidate_state
FROM notice n
LEFT JOIN valued_candidate c ON c.number = n.number
WHERE is_chosen($org_ids, n.org_id) AND is_chosen($numbers, n.number) AND is_chosen($states, n.state)
ORDER BY n.intended_at DESC, n.number
