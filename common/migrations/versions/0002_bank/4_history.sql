CREATE TABLE bank.transactions (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES bank.customers,
    account_id uuid NOT NULL REFERENCES bank.accounts,
    kind text NOT NULL CHECK (kind IN ('card_payment', 'atm', 'transfer', 'top_up', 'refund', 'fee', 'direct_debit',
        'exchange', 'cash_deposit', 'cheque', 'hold')),
    status text NOT NULL CHECK (status IN ('pending', 'completed', 'declined', 'reverted')),
    direction text NOT NULL CHECK (direction IN ('in', 'out')),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency char(3) NOT NULL,
    fee_minor bigint NOT NULL DEFAULT 0 CHECK (fee_minor >= 0),
    fee_code text,
    local_amount_minor bigint,
    local_currency char(3),
    fx_rate numeric(20, 10),
    converted_by text CHECK (converted_by IN ('scheme', 'merchant', 'bank')),
    operator_surcharge_minor bigint,
    counterparty text NOT NULL,
    trading_name text,
    location text,
    country char(2),
    category text,
    method text,
    card_id uuid REFERENCES bank.cards,
    entry_mode text CHECK (entry_mode IN ('chip_pin', 'contactless', 'online', 'wallet', 'magstripe', 'recurring')),
    auth_code text,
    reason_code text,
    reference text,
    payee_id uuid REFERENCES bank.payees,
    intent_key uuid,
    posting_id uuid REFERENCES bank.postings,
    original_id uuid REFERENCES bank.transactions,
    refund_destination text,
    refund_expected_by timestamptz,
    created_at timestamptz NOT NULL,
    completed_at timestamptz,
    expected_by timestamptz,
    hold_expires_at timestamptz,
    cancellable_until timestamptz,
    reverted_at timestamptz,
    UNIQUE (customer_id, intent_key),
    CHECK ((status = 'completed') = (completed_at IS NOT NULL)),
    CHECK ((status = 'reverted') = (reverted_at IS NOT NULL))
);
CREATE INDEX ON bank.transactions (customer_id, created_at DESC);
CREATE INDEX ON bank.transactions (account_id) WHERE status = 'pending';
CREATE TABLE bank.disputes (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES bank.customers,
    transaction_id uuid NOT NULL REFERENCES bank.transactions,
    case_no text NOT NULL UNIQUE,
    kind text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'won', 'lost', 'withdrawn')),
    opened_at timestamptz NOT NULL,
    decide_by date NOT NULL
);
CREATE TABLE bank.statements (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES bank.accounts,
    month date NOT NULL,
    format text NOT NULL DEFAULT 'pdf',
    created_at timestamptz NOT NULL,
    UNIQUE (account_id, month)
);
CREATE TABLE bank.loans (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES bank.customers,
    product text NOT NULL,
    currency char(3) NOT NULL,
    outstanding_minor bigint NOT NULL CHECK (outstanding_minor >= 0),
    instalment_minor bigint NOT NULL,
    rate_bp int NOT NULL,
    next_due date NOT NULL,
    ends_on date NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'arrears', 'repaid'))
);
CREATE SEQUENCE bank.ticket_numbers START 10481;
CREATE TABLE bank.handoff_tickets (
    id uuid PRIMARY KEY,
    number text NOT NULL UNIQUE,
    customer_id uuid REFERENCES bank.customers,
    session_id text NOT NULL,
    reason text NOT NULL,
    summary bytea NOT NULL,
    status text NOT NULL CHECK (status IN ('queued', 'joined', 'closed')),
    agent text,
    created_at timestamptz NOT NULL,
    joined_at timestamptz,
    closed_at timestamptz
);
CREATE UNIQUE INDEX ON bank.handoff_tickets (session_id) WHERE status <> 'closed';
GRANT USAGE ON SEQUENCE bank.ticket_numbers TO teller_bank;
