-- Lower numbers come first: somebody in distress, a fraud that is going on, a complaint, everything else.
ALTER TABLE bank.handoff_tickets ADD COLUMN priority smallint NOT NULL DEFAULT 3 CHECK (priority BETWEEN 0 AND 3);
ALTER TABLE bank.handoff_tickets ADD COLUMN agent_id text;
-- Minutes in which an agent who holds the talk has to answer.
ALTER TABLE bank.handoff_tickets ADD COLUMN answer_minutes int NOT NULL DEFAULT 10 CHECK (answer_minutes > 0);
-- When the talk goes back to the assistant unless somebody acts; empty while nobody is waited for.
ALTER TABLE bank.handoff_tickets ADD COLUMN gives_up_at timestamptz;
ALTER TABLE bank.handoff_tickets ADD COLUMN ended_by text
    CHECK (ended_by IN ('closed', 'handed_back', 'nobody_came', 'agent_silent'));
CREATE INDEX handoff_queue ON bank.handoff_tickets (priority, created_at) WHERE status <> 'closed';

-- The assistant server runs the desk: it sees and moves tickets, but neither opens them nor reads their summaries.
GRANT USAGE ON SCHEMA bank TO teller_identity;
GRANT SELECT (id, number, customer_id, session_id, reason, status, agent, agent_id, priority, answer_minutes,
    gives_up_at, ended_by, created_at, joined_at, closed_at) ON bank.handoff_tickets TO teller_identity;
GRANT UPDATE (status, agent, agent_id, gives_up_at, ended_by, joined_at, closed_at)
    ON bank.handoff_tickets TO teller_identity;
