-- What failed waits before it is tried again, so that it does not stand in front of what would succeed.
CREATE TABLE bank.worker_failures (
    job text NOT NULL,
    item_id uuid NOT NULL,
    tries int NOT NULL DEFAULT 1 CHECK (tries > 0),
    error text NOT NULL,
    failed_at timestamptz NOT NULL,
    retry_at timestamptz NOT NULL,
    PRIMARY KEY (job, item_id)
);
COMMENT ON COLUMN bank.worker_failures.error IS 'the class of the error, never its text';

ALTER TABLE bank.payment_intents DROP CONSTRAINT payment_intents_state_check;
ALTER TABLE bank.payment_intents ADD CONSTRAINT payment_intents_state_check
    CHECK (state IN ('prepared', 'executed', 'cancelled', 'locked', 'expired'));
CREATE INDEX ON bank.payment_intents (expires_at) WHERE state = 'prepared';
CREATE INDEX ON bank.transactions (hold_expires_at) WHERE status = 'pending' AND hold_expires_at IS NOT NULL;

-- A transfer at a later day is a standing order that runs once.
ALTER TABLE bank.standing_orders DROP CONSTRAINT standing_orders_status_check;
ALTER TABLE bank.standing_orders ADD CONSTRAINT standing_orders_status_check
    CHECK (status IN ('active', 'paused', 'cancelled', 'finished'));
CREATE INDEX ON bank.standing_orders (next_run) WHERE status = 'active';
-- The day of the last run in the customer's zone: a rule runs at most once a day.
ALTER TABLE bank.auto_topups ADD COLUMN last_run date;
CREATE INDEX ON bank.auto_topups (account_id) WHERE status = 'active';

ALTER TABLE bank.account_closures ADD COLUMN closed_at timestamptz;
