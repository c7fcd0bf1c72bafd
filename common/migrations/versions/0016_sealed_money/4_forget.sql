-- As before, with what is sealed by now. Amounts, times and the ledger stay, under a number that names nobody.
CREATE OR REPLACE FUNCTION bank.forget_customer(customer uuid) RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog AS $$
DECLARE
    gone CONSTANT bytea := '\x00';
    other text;
BEGIN
    UPDATE bank.customers SET personal = gone WHERE id = customer;
    UPDATE bank.accounts SET details = gone, name = 'account', iban_hash = sha256(gen_random_uuid()::text::bytea)
        WHERE customer_id = customer;
    UPDATE bank.payees SET sealed = gone, name = NULL, iban = NULL,
        iban_hash = sha256(gen_random_uuid()::text::bytea) WHERE customer_id = customer;
    UPDATE bank.devices SET sealed = gone, name = NULL WHERE customer_id = customer;
    UPDATE bank.card_orders SET address = gone, tracking_no = NULL WHERE customer_id = customer;
    UPDATE bank.detail_changes SET value = gone WHERE customer_id = customer;
    UPDATE bank.handoff_tickets SET summary = gone WHERE customer_id = customer;
    UPDATE bank.complaints SET words = gone WHERE customer_id = customer;
    UPDATE bank.account_closures SET reason = NULL WHERE customer_id = customer;
    UPDATE bank.payment_intents SET details = NULL, purpose = NULL, outcome = NULL, sealed = NULL,
        sealed_outcome = NULL WHERE customer_id = customer;
    UPDATE bank.transactions SET counterparty = 'erased', sealed = NULL, words = NULL, trading_name = NULL,
        reference = NULL
        WHERE customer_id = customer AND (payee_id IS NOT NULL OR kind IN ('transfer', 'top_up', 'cheque'));
    UPDATE bank.transactions SET location = NULL WHERE customer_id = customer AND location IS NOT NULL;
    UPDATE bank.mandates SET reference = 'erased' WHERE customer_id = customer;
    DELETE FROM bank.open_banking_consents WHERE customer_id = customer;
    DELETE FROM bank.notices WHERE customer_id = customer;
    -- Whatever else, made later than this, seals something of a customer's.
    FOR other IN SELECT owned.table_name FROM information_schema.columns owned
        JOIN information_schema.columns held USING (table_schema, table_name)
        WHERE table_schema = 'bank' AND owned.column_name = 'customer_id' AND held.column_name = 'sealed'
    LOOP
        EXECUTE format('UPDATE bank.%I SET sealed = $1 WHERE customer_id = $2 AND sealed IS NOT NULL', other)
            USING gone, customer;
    END LOOP;
    -- Nothing more is paid or collected for somebody who is not there.
    UPDATE bank.standing_orders SET status = 'cancelled', next_run = NULL
        WHERE customer_id = customer AND status IN ('active', 'paused');
    UPDATE bank.mandates SET status = 'cancelled', next_run = NULL WHERE customer_id = customer AND status = 'active';
    UPDATE bank.auto_topups SET status = 'stopped', next_run = NULL
        WHERE customer_id = customer AND status <> 'stopped';
END $$;
