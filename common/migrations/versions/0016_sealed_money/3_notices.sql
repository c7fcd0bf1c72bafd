-- The texts of a notice, sealed under its customer's key as the place `sealed_as`; the assistant server opens them.
ALTER TABLE bank.notices ADD COLUMN sealed bytea, ADD COLUMN sealed_as text;
ALTER TABLE bank.notices ADD CHECK ((sealed IS NULL) = (sealed_as IS NULL));
GRANT SELECT ON keys.data_keys TO teller_identity;

-- A sealed name goes over as it is: nobody needs to open it here.
CREATE OR REPLACE FUNCTION bank.notice_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kind text := CASE
        WHEN NEW.kind = 'refund' AND NEW.status = 'completed' THEN 'refund_booked'
        WHEN NEW.status = 'declined' THEN 'payment_declined'
        WHEN NEW.kind = 'transfer' AND NEW.status = 'reverted' THEN 'transfer_returned'
    END;
BEGIN
    INSERT INTO bank.notices (customer_id, kind, about, facts, sealed, sealed_as, expires_at)
    VALUES (NEW.customer_id, kind, NEW.id::text, jsonb_strip_nulls(jsonb_build_object(
            'amount', jsonb_build_object('minor', NEW.amount_minor, 'currency', NEW.currency),
            'counterparty', NEW.counterparty,
            'at', jsonb_build_object('at', coalesce(NEW.reverted_at, NEW.completed_at, NEW.created_at)))),
        NEW.sealed, CASE WHEN NEW.sealed IS NOT NULL THEN 'transactions.sealed:' || NEW.id END,
        now() + interval '14 days')
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
