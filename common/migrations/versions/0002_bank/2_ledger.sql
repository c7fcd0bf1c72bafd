CREATE TABLE bank.accounts (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('customer', 'system')),
    customer_id uuid REFERENCES bank.customers,
    name text NOT NULL,
    currency char(3) NOT NULL,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'restricted', 'closed')),
    -- A system account has no running balance: keeping one would make it a lock that every payment queues for.
    balance_minor bigint CHECK (balance_minor >= 0),
    details bytea,
    iban_hash bytea UNIQUE,
    opened_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (id, currency),
    CHECK ((kind = 'customer') = (customer_id IS NOT NULL)),
    CHECK ((kind = 'customer') = (balance_minor IS NOT NULL)),
    CHECK ((kind = 'customer') = (iban_hash IS NOT NULL))
);
CREATE INDEX ON bank.accounts (customer_id);
CREATE UNIQUE INDEX ON bank.accounts (name, currency) WHERE kind = 'system';

CREATE TABLE bank.postings (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    reference text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE TABLE bank.entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    posting_id uuid NOT NULL REFERENCES bank.postings,
    account_id uuid NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
    currency char(3) NOT NULL,
    created_at timestamptz NOT NULL,
    FOREIGN KEY (account_id, currency) REFERENCES bank.accounts (id, currency)
);
CREATE INDEX ON bank.entries (posting_id);
CREATE INDEX ON bank.entries (account_id, created_at);

CREATE FUNCTION bank.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON bank.entries FOR EACH ROW EXECUTE FUNCTION bank.refuse_change();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON bank.postings FOR EACH ROW EXECUTE FUNCTION bank.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON bank.entries EXECUTE FUNCTION bank.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON bank.postings EXECUTE FUNCTION bank.refuse_change();
REVOKE UPDATE, DELETE ON bank.entries, bank.postings FROM teller_bank;

CREATE FUNCTION bank.check_posting_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM bank.entries WHERE posting_id = NEW.posting_id GROUP BY currency HAVING sum(amount_minor) <> 0
    ) THEN
        RAISE EXCEPTION 'posting % does not sum to zero', NEW.posting_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER sums_to_zero AFTER INSERT ON bank.entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION bank.check_posting_balances();
