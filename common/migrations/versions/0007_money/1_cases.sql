-- A case is about a transaction, or about money that no line of the feed stands for yet (a missing deposit).
ALTER TABLE bank.disputes ALTER COLUMN transaction_id DROP NOT NULL;
ALTER TABLE bank.disputes ADD COLUMN claimed_minor bigint CHECK (claimed_minor > 0);
ALTER TABLE bank.disputes ADD COLUMN currency char(3);
ALTER TABLE bank.disputes ADD COLUMN refund_by date;
ALTER TABLE bank.disputes ADD CHECK ((claimed_minor IS NULL) = (currency IS NULL));
CREATE INDEX ON bank.disputes (customer_id, opened_at);
-- Asking twice for the same thing finds the open case instead of opening another.
CREATE UNIQUE INDEX one_open_case ON bank.disputes (transaction_id, kind) WHERE state = 'open';
CREATE UNIQUE INDEX one_open_search ON bank.disputes (customer_id, kind) WHERE state = 'open' AND transaction_id IS NULL;
CREATE SEQUENCE bank.case_numbers START 20801;
