CREATE TABLE bank.payees (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES bank.customers,
    name text NOT NULL,
    iban bytea NOT NULL,
    iban_hash bytea NOT NULL,
    country char(2) NOT NULL,
    currency char(3) NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'unsaved', 'blocked')),
    name_check text NOT NULL CHECK (name_check IN ('match', 'close_match', 'no_match', 'unavailable')),
    block_reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (customer_id, iban_hash)
);
CREATE TABLE bank.cards (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES bank.customers,
    account_id uuid NOT NULL REFERENCES bank.accounts,
    last4 char(4) NOT NULL,
    kind text NOT NULL CHECK (kind IN ('physical', 'virtual', 'disposable')),
    scheme text NOT NULL,
    status text NOT NULL CHECK (status IN ('inactive', 'active', 'frozen', 'blocked', 'expired', 'cancelled')),
    expires_on date NOT NULL,
    frozen_at timestamptz,
    frozen_reason text,
    linked_to_app boolean NOT NULL DEFAULT true,
    pin_set boolean NOT NULL DEFAULT false,
    pin_tries_left int NOT NULL DEFAULT 3 CHECK (pin_tries_left BETWEEN 0 AND 3),
    pin_blocked_at timestamptz,
    contactless_on boolean NOT NULL DEFAULT true,
    contactless_spend_since_pin_minor bigint NOT NULL DEFAULT 0,
    online_on boolean NOT NULL DEFAULT true,
    atm_on boolean NOT NULL DEFAULT true,
    abroad_on boolean NOT NULL DEFAULT true,
    magstripe_on boolean NOT NULL DEFAULT false,
    last_used_at timestamptz,
    created_at timestamptz NOT NULL,
    CHECK ((status = 'frozen') = (frozen_at IS NOT NULL))
);
CREATE INDEX ON bank.cards (customer_id);
-- What a customer has been shown and may confirm with a second factor; the key is minted here, before the confirmation.
CREATE TABLE bank.payment_intents (
    customer_id uuid NOT NULL REFERENCES bank.customers,
    key uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('transfer', 'unfreeze_card')),
    state text NOT NULL CHECK (state IN ('prepared', 'executed', 'cancelled', 'locked')),
    account_id uuid REFERENCES bank.accounts,
    payee_id uuid REFERENCES bank.payees,
    card_id uuid REFERENCES bank.cards,
    amount_minor bigint CHECK (amount_minor > 0),
    fee_minor bigint CHECK (fee_minor >= 0),
    currency char(3),
    route text,
    arrival_date date,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    executed_at timestamptz,
    posting_id uuid REFERENCES bank.postings,
    reference text,
    new_balance_minor bigint,
    UNIQUE (customer_id, key),
    CHECK (kind <> 'transfer' OR num_nulls(account_id, payee_id, amount_minor, fee_minor, currency, route) = 0),
    CHECK (kind <> 'unfreeze_card' OR card_id IS NOT NULL),
    CHECK ((state = 'executed') = (executed_at IS NOT NULL)),
    CHECK (kind <> 'transfer' OR (state = 'executed') = (posting_id IS NOT NULL))
);
CREATE INDEX ON bank.payment_intents (customer_id, currency, executed_at);
CREATE TABLE bank.step_up_challenges (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL,
    key uuid NOT NULL,
    nonce bytea NOT NULL,
    code_hmac bytea NOT NULL,
    binding_hmac bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'verified', 'void', 'locked')),
    tries_left int NOT NULL CHECK (tries_left >= 0),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    FOREIGN KEY (customer_id, key) REFERENCES bank.payment_intents (customer_id, key)
);
CREATE INDEX ON bank.step_up_challenges (customer_id, key);
CREATE UNIQUE INDEX ON bank.step_up_challenges (customer_id, key) WHERE state IN ('open', 'verified');

CREATE TABLE bank.card_orders (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES bank.customers,
    card_id uuid REFERENCES bank.cards,
    kind text NOT NULL CHECK (kind IN ('first', 'extra', 'replacement', 'renewal')),
    status text NOT NULL CHECK (status IN ('ordered', 'dispatched', 'delivered', 'cancelled')),
    delivery text NOT NULL,
    ordered_at timestamptz NOT NULL,
    dispatched_at timestamptz,
    delivered_at timestamptz,
    eta_from date NOT NULL,
    eta_to date NOT NULL,
    carrier text NOT NULL,
    tracking_no text,
    address bytea NOT NULL
);
CREATE TABLE bank.wallet_tokens (
    id uuid PRIMARY KEY,
    card_id uuid NOT NULL REFERENCES bank.cards,
    device_id uuid NOT NULL REFERENCES bank.devices,
    wallet text NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'suspended', 'removed')),
    created_at timestamptz NOT NULL
);
CREATE TABLE bank.funding_cards (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES bank.customers,
    last4 char(4) NOT NULL,
    scheme text NOT NULL,
    card_kind text NOT NULL CHECK (card_kind IN ('debit', 'credit', 'prepaid')),
    issuer_country char(2) NOT NULL,
    verified boolean NOT NULL,
    code_sent_at timestamptz,
    code_hmac bytea,
    tries_left int NOT NULL DEFAULT 3 CHECK (tries_left >= 0)
);
CREATE TABLE bank.auto_topups (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES bank.customers,
    account_id uuid NOT NULL REFERENCES bank.accounts,
    funding_card_id uuid NOT NULL REFERENCES bank.funding_cards,
    threshold_minor bigint,
    schedule text,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    next_run timestamptz,
    status text NOT NULL CHECK (status IN ('active', 'paused', 'stopped')),
    CHECK ((threshold_minor IS NULL) <> (schedule IS NULL))
);
CREATE TABLE bank.mandates (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES bank.customers,
    account_id uuid NOT NULL REFERENCES bank.accounts,
    collector text NOT NULL,
    reference text NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'cancelled')),
    last_amount_minor bigint,
    next_run date,
    signed_at timestamptz NOT NULL
);
CREATE TABLE bank.standing_orders (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES bank.customers,
    account_id uuid NOT NULL REFERENCES bank.accounts,
    payee_id uuid NOT NULL REFERENCES bank.payees,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency char(3) NOT NULL,
    schedule text NOT NULL,
    next_run date,
    status text NOT NULL CHECK (status IN ('active', 'paused', 'cancelled'))
);
