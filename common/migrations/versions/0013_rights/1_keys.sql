-- Data keys, wrapped, by owner: `customer:<uuid>`, or `conversation:<id>` for a guest's. Backups leave this schema's
-- rows out, so a key that is destroyed here is gone from every backup too. `erased` lists whose key was destroyed; a
-- restore applies it (4_erasures.sql).
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'teller_keys') THEN
        CREATE ROLE teller_keys NOLOGIN;
    END IF;
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        EXECUTE format('GRANT teller_keys TO %I', current_user);
    END IF;
END $$;
CREATE SCHEMA keys;
CREATE TABLE keys.data_keys (
    owner text PRIMARY KEY CHECK (owner ~ '^(customer:[0-9a-f-]{36}|conversation:.{1,128})$'),
    kek_id text NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX data_keys_kek ON keys.data_keys (kek_id);
CREATE TABLE keys.erased (
    owner text PRIMARY KEY CHECK (owner ~ '^(customer:[0-9a-f-]{36}|conversation:.{1,128})$'),
    erased_at timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION keys.refuse_erased() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(NEW.owner, 0));
    IF NEW.owner LIKE 'customer:%' AND EXISTS (SELECT FROM keys.erased WHERE owner = NEW.owner) THEN
        RAISE EXCEPTION 'this customer was erased' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_erased BEFORE INSERT ON keys.data_keys FOR EACH ROW EXECUTE FUNCTION keys.refuse_erased();

-- Destroys a customer's key for good and lists the erasure; whether there was one.
CREATE FUNCTION keys.erase_customer(customer uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('customer:' || customer, 0));
    INSERT INTO keys.erased (owner) VALUES ('customer:' || customer) ON CONFLICT DO NOTHING;
    DELETE FROM keys.data_keys WHERE owner = 'customer:' || customer;
    RETURN FOUND;
END $$;

CREATE FUNCTION keys.erase_conversation(conversation text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog AS $$
BEGIN
    INSERT INTO keys.erased (owner) VALUES ('conversation:' || conversation) ON CONFLICT DO NOTHING;
    DELETE FROM keys.data_keys WHERE owner = 'conversation:' || conversation;
    RETURN FOUND;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA keys FROM PUBLIC;
GRANT USAGE ON SCHEMA keys TO teller_keys, teller_bank, teller_conversation, teller_identity;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA keys TO teller_keys;
GRANT SELECT, INSERT ON keys.data_keys TO teller_bank, teller_conversation;
GRANT SELECT ON keys.erased TO teller_bank, teller_conversation, teller_identity;
GRANT EXECUTE ON FUNCTION keys.erase_customer TO teller_bank, teller_keys;
GRANT EXECUTE ON FUNCTION keys.erase_conversation TO teller_conversation, teller_keys;

-- What the vault holds lives for an hour at most, so nothing is carried over to the new keys.
TRUNCATE conversation.vault;
ALTER TABLE conversation.vault DROP CONSTRAINT vault_conversation_id_fkey;
ALTER TABLE conversation.vault ADD COLUMN key_owner text NOT NULL;
DROP TABLE conversation.data_keys;
