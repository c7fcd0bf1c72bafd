-- What each owner of a schema forgets of a customer. The keys are destroyed already, so what is sealed cannot be opened;
-- this removes it too, and what was never sealed. Amounts, times and the ledger stay, under a number that names nobody.
CREATE FUNCTION bank.forget_customer(customer uuid) RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog AS $$
DECLARE
    gone CONSTANT bytea := '\x00';
BEGIN
    UPDATE bank.customers SET personal = gone WHERE id = customer;
    UPDATE bank.accounts SET details = gone, name = 'account', iban_hash = sha256(gen_random_uuid()::text::bytea)
        WHERE customer_id = customer;
    UPDATE bank.payees SET sealed = gone, name = NULL, iban = NULL,
        iban_hash = sha256(gen_random_uuid()::text::bytea) WHERE customer_id = customer;
    UPDATE bank.devices SET name = 'device' WHERE customer_id = customer;
    UPDATE bank.card_orders SET address = gone, tracking_no = NULL WHERE customer_id = customer;
    UPDATE bank.detail_changes SET value = gone WHERE customer_id = customer;
    UPDATE bank.handoff_tickets SET summary = gone WHERE customer_id = customer;
    UPDATE bank.complaints SET words = gone WHERE customer_id = customer;
    UPDATE bank.account_closures SET reason = NULL WHERE customer_id = customer;
    UPDATE bank.payment_intents SET details = NULL, purpose = NULL, outcome = NULL WHERE customer_id = customer;
    UPDATE bank.transactions SET counterparty = 'erased', trading_name = NULL, reference = NULL
        WHERE customer_id = customer AND (payee_id IS NOT NULL OR kind = 'transfer');
    UPDATE bank.transactions SET location = NULL WHERE customer_id = customer AND location IS NOT NULL;
    DELETE FROM bank.open_banking_consents WHERE customer_id = customer;
    DELETE FROM bank.notices WHERE customer_id = customer;
    -- Nothing more is paid or collected for somebody who is not there.
    UPDATE bank.standing_orders SET status = 'cancelled', next_run = NULL
        WHERE customer_id = customer AND status IN ('active', 'paused');
    UPDATE bank.mandates SET status = 'cancelled', next_run = NULL WHERE customer_id = customer AND status = 'active';
    UPDATE bank.auto_topups SET status = 'stopped', next_run = NULL
        WHERE customer_id = customer AND status <> 'stopped';
END $$;

CREATE FUNCTION conversation.forget(conversation text) RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog AS $$
BEGIN
    DELETE FROM conversation.outbox WHERE conversation_id = conversation;
    DELETE FROM conversation.vault WHERE conversation_id = conversation;
    DELETE FROM conversation.heads WHERE conversation_id = conversation;
    DELETE FROM conversation.events WHERE conversation_id = conversation;
    PERFORM keys.erase_conversation(conversation);
END $$;

-- How many conversations there were.
CREATE FUNCTION conversation.forget_customer(customer uuid) RETURNS int LANGUAGE plpgsql
    SET search_path = pg_catalog AS $$
DECLARE
    id text;
    number int := 0;
BEGIN
    FOR id IN SELECT conversation_id FROM conversation.heads WHERE customer_id = customer FOR UPDATE LOOP
        PERFORM conversation.forget(id);
        number := number + 1;
    END LOOP;
    RETURN number;
END $$;

CREATE FUNCTION identity.forget_customer(customer uuid) RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog AS $$
DECLARE
    person uuid;
BEGIN
    SELECT user_id INTO person FROM identity.users WHERE customer_id = customer FOR UPDATE;
    DELETE FROM identity.refresh_tokens WHERE user_id = person;
    DELETE FROM identity.answers WHERE owner = person::text;
    UPDATE identity.sessions SET erased_at = coalesce(erased_at, now()) WHERE owner = person::text;
    -- Every token of this person ends with the login.
    UPDATE identity.users SET disabled = true, login = 'erased-' || user_id, password_hash = '' WHERE user_id = person;
END $$;

REVOKE ALL ON FUNCTION bank.forget_customer, conversation.forget, conversation.forget_customer,
    identity.forget_customer FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bank.forget_customer TO teller_bank;
GRANT EXECUTE ON FUNCTION conversation.forget, conversation.forget_customer TO teller_conversation;
GRANT EXECUTE ON FUNCTION identity.forget_customer TO teller_identity;
