CREATE TABLE bank.reason_codes (
    code text PRIMARY KEY,
    explanation text NOT NULL,
    fix text NOT NULL,
    neutral boolean NOT NULL DEFAULT false
);
CREATE TABLE bank.fees (
    code text NOT NULL,
    plan text NOT NULL,
    currency char(3) NOT NULL,
    fixed_minor bigint NOT NULL DEFAULT 0,
    rate_bp int NOT NULL DEFAULT 0,
    free_allowance_minor bigint,
    rule text NOT NULL,
    PRIMARY KEY (code, plan, currency)
);
CREATE TABLE bank.limits (
    code text NOT NULL,
    plan text NOT NULL,
    period text NOT NULL,
    currency char(3) NOT NULL DEFAULT '---',
    amount_minor bigint,
    count int,
    PRIMARY KEY (code, plan, period, currency),
    CHECK ((amount_minor IS NULL) <> (count IS NULL)),
    CHECK ((amount_minor IS NULL) = (currency = '---'))
);
CREATE TABLE bank.countries (
    code char(2) PRIMARY KEY,
    name text NOT NULL,
    region text NOT NULL,
    residence_supported boolean NOT NULL,
    card_delivery boolean NOT NULL,
    card_use boolean NOT NULL,
    transfers boolean NOT NULL,
    sepa boolean NOT NULL,
    currency char(3) NOT NULL,
    min_age int,
    youth_min_age int
);
CREATE TABLE bank.currencies (
    code char(3) PRIMARY KEY,
    name text NOT NULL,
    hold boolean NOT NULL,
    exchange boolean NOT NULL,
    receive boolean NOT NULL
);
CREATE TABLE bank.transfer_times (
    route text PRIMARY KEY,
    usual_days int NOT NULL,
    longest_days int NOT NULL,
    cut_off time NOT NULL
);
CREATE TABLE bank.clearing_times (method text PRIMARY KEY, usual_days int NOT NULL, longest_days int NOT NULL);
CREATE TABLE bank.delivery_times (
    country char(2) NOT NULL,
    method text NOT NULL,
    min_days int NOT NULL,
    max_days int NOT NULL,
    fee_minor bigint NOT NULL,
    currency char(3) NOT NULL,
    PRIMARY KEY (country, method)
);
CREATE TABLE bank.atm_networks (
    scheme text NOT NULL,
    network text NOT NULL,
    region text NOT NULL,
    supported boolean NOT NULL,
    PRIMARY KEY (scheme, network)
);
CREATE TABLE bank.topup_methods (
    method text NOT NULL,
    detail text NOT NULL,
    country char(2) NOT NULL DEFAULT '--',
    accepted boolean NOT NULL,
    PRIMARY KEY (method, detail, country)
);
CREATE TABLE bank.schemes (
    country char(2) NOT NULL,
    card_kind text NOT NULL,
    scheme text NOT NULL,
    PRIMARY KEY (country, card_kind, scheme)
);
CREATE TABLE bank.wallets (
    country char(2) NOT NULL,
    wallet text NOT NULL,
    device text NOT NULL,
    payments boolean NOT NULL,
    top_ups boolean NOT NULL,
    PRIMARY KEY (country, wallet)
);
CREATE TABLE bank.identity_documents (
    country char(2) NOT NULL,
    document text NOT NULL,
    max_age_months int,
    PRIMARY KEY (country, document)
);
CREATE TABLE bank.dispute_windows (
    kind text PRIMARY KEY,
    window_days int NOT NULL,
    decision_days int NOT NULL,
    refund_days int NOT NULL
);
CREATE TABLE bank.opening_hours (weekday int PRIMARY KEY, opens time NOT NULL, closes time NOT NULL);
CREATE TABLE bank.fx_rates (
    currency char(3) NOT NULL,
    as_of timestamptz NOT NULL,
    per_eur numeric(20, 10) NOT NULL CHECK (per_eur > 0),
    PRIMARY KEY (currency, as_of)
);
CREATE TABLE bank.fx_margins (plan text PRIMARY KEY, market_bp int NOT NULL, weekend_bp int NOT NULL);
CREATE TABLE bank.loan_products (
    name text NOT NULL,
    country char(2) NOT NULL,
    currency char(3) NOT NULL,
    min_minor bigint NOT NULL,
    max_minor bigint NOT NULL,
    min_months int NOT NULL,
    max_months int NOT NULL,
    rate_bp int NOT NULL,
    PRIMARY KEY (name, country)
);
CREATE TABLE bank.credit_products (
    name text NOT NULL,
    country char(2) NOT NULL,
    currency char(3) NOT NULL,
    max_limit_minor bigint NOT NULL,
    rate_bp int NOT NULL,
    yearly_fee_minor bigint NOT NULL,
    decision_days int NOT NULL,
    PRIMARY KEY (name, country)
);
CREATE TABLE bank.supported_languages (code text PRIMARY KEY, name text NOT NULL);
CREATE TABLE bank.policy_texts (
    key text NOT NULL,
    country char(2) NOT NULL DEFAULT '--',
    value text NOT NULL,
    PRIMARY KEY (key, country)
);
