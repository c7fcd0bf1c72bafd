CREATE SEQUENCE bank.card_order_numbers START 70311;
GRANT USAGE ON SEQUENCE bank.card_order_numbers TO teller_bank;
ALTER TABLE bank.card_orders ADD COLUMN number text NOT NULL UNIQUE
    DEFAULT 'C-' || nextval('bank.card_order_numbers');
ALTER TABLE bank.card_orders ADD COLUMN account_id uuid REFERENCES bank.accounts;
ALTER TABLE bank.card_orders ADD CHECK (card_id IS NOT NULL OR account_id IS NOT NULL) NOT VALID;
-- A limit that the customer set for one card; without a row the plan's limit applies.
CREATE TABLE bank.card_limits (
    card_id uuid NOT NULL REFERENCES bank.cards,
    code text NOT NULL CHECK (code IN ('card_spend', 'card_online', 'atm')),
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    currency char(3) NOT NULL,
    set_at timestamptz NOT NULL,
    PRIMARY KEY (card_id, code)
);
-- One look at something the chat never shows, in the app's secure view; `shown_at` is written by the app.
CREATE TABLE bank.secure_views (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES bank.customers,
    card_id uuid REFERENCES bank.cards,
    kind text NOT NULL CHECK (kind IN ('pin', 'pin_change', 'card_details', 'identity_check', 'documents')),
    opened_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    shown_at timestamptz,
    CHECK ((card_id IS NOT NULL) = (kind IN ('pin', 'pin_change', 'card_details')))
);
CREATE INDEX ON bank.secure_views (customer_id, opened_at DESC);
CREATE TABLE bank.scheme_acceptance (
    scheme text NOT NULL,
    place text NOT NULL,
    PRIMARY KEY (scheme, place)
);
