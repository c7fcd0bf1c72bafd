-- Forgets everybody and everything that is on the list, again: for a database that was restored from an older backup,
-- before anybody opens it, and for an erasure that a crash cut short. How many were on the list.
CREATE FUNCTION keys.apply_erasures() RETURNS int LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    listed record;
    number int := 0;
BEGIN
    FOR listed IN SELECT owner, split_part(owner, ':', 1) AS kind, substr(owner, strpos(owner, ':') + 1) AS id
        FROM keys.erased ORDER BY erased_at
    LOOP
        DELETE FROM keys.data_keys WHERE owner = listed.owner;
        IF listed.kind = 'customer' THEN
            PERFORM conversation.forget_customer(listed.id::uuid);
            PERFORM identity.forget_customer(listed.id::uuid);
            PERFORM bank.forget_customer(listed.id::uuid);
        ELSE
            PERFORM conversation.forget(listed.id);
        END IF;
        number := number + 1;
    END LOOP;
    RETURN number;
END $$;
REVOKE ALL ON FUNCTION keys.apply_erasures FROM PUBLIC;
