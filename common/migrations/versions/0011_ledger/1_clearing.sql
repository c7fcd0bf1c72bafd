-- A payment between this bank and another, from the moment it leaves (or is asked for) until it is final. Rows never
-- change: what became of an item is a row of its own, and the primary key lets it be only one.
CREATE TABLE bank.clearing_items (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES bank.customers,
    account_id uuid NOT NULL,
    transaction_id uuid NOT NULL UNIQUE REFERENCES bank.transactions,
    posting_id uuid UNIQUE REFERENCES bank.postings,
    direction text NOT NULL CHECK (direction IN ('in', 'out')),
    kind text NOT NULL CHECK (kind IN ('transfer', 'top_up', 'auto_top_up')),
    reference text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    fee_minor bigint NOT NULL DEFAULT 0 CHECK (fee_minor >= 0),
    currency char(3) NOT NULL,
    due_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    FOREIGN KEY (account_id, currency) REFERENCES bank.accounts (id, currency),
    -- What goes out was debited when it left; what comes in is credited only when it has arrived.
    CHECK ((direction = 'out') = (posting_id IS NOT NULL))
);
CREATE INDEX ON bank.clearing_items (account_id);
CREATE INDEX ON bank.clearing_items (reference);
COMMENT ON COLUMN bank.clearing_items.due_at IS 'when an item without an answer becomes final';

CREATE TABLE bank.clearing_answers (
    item_id uuid PRIMARY KEY REFERENCES bank.clearing_items,
    answer text NOT NULL CHECK (answer IN ('accepted', 'rejected')),
    reason_code text REFERENCES bank.reason_codes,
    received_at timestamptz NOT NULL,
    CHECK ((answer = 'rejected') = (reason_code IS NOT NULL))
);
COMMENT ON TABLE bank.clearing_answers IS 'what the other bank said, written by whoever is connected to it';

CREATE TABLE bank.clearing_outcomes (
    item_id uuid PRIMARY KEY REFERENCES bank.clearing_items,
    outcome text NOT NULL CHECK (outcome IN ('posted', 'voided')),
    reason_code text REFERENCES bank.reason_codes,
    posting_id uuid UNIQUE REFERENCES bank.postings,
    resolved_at timestamptz NOT NULL,
    CHECK ((outcome = 'voided') = (reason_code IS NOT NULL))
);
CREATE TABLE bank.clearing_open (
    item_id uuid PRIMARY KEY REFERENCES bank.clearing_items,
    due_at timestamptz NOT NULL
);
CREATE INDEX ON bank.clearing_open (due_at);
COMMENT ON TABLE bank.clearing_open IS 'the items without an outcome: short, whatever the age of the bank';

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['clearing_items', 'clearing_answers', 'clearing_outcomes'] LOOP
        EXECUTE format('CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON bank.%I'
            ' FOR EACH ROW EXECUTE FUNCTION bank.refuse_change()', name);
        EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON bank.%I'
            ' EXECUTE FUNCTION bank.refuse_change()', name);
        EXECUTE format('REVOKE UPDATE, DELETE ON bank.%I FROM teller_bank', name);
    END LOOP;
END $$;
