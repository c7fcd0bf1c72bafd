-- Who refused, stopped or took back a payment; `fault`: nobody, something broke.
CREATE TABLE bank.reason_sides (
    code text PRIMARY KEY,
    side text NOT NULL CHECK (side IN ('us', 'other_bank', 'merchant', 'operator', 'customer', 'fault'))
);
-- Which countries' cards can top up, by ISO code; a country that is not listed is not accepted.
CREATE TABLE bank.topup_countries (code char(2) PRIMARY KEY);
