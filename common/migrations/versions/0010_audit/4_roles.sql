DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['teller_audit_writer', 'teller_audit_sealer'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        END IF;
        IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
            EXECUTE format('GRANT %I TO %I', name, current_user);
        END IF;
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA audit TO teller_audit_writer, teller_audit_sealer;
REVOKE ALL ON ALL TABLES IN SCHEMA audit FROM teller_audit, teller_audit_writer, teller_audit_sealer;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC;

-- A writer cannot say when it wrote, or that somebody else did.
GRANT INSERT (kind, actor, subject, outcome, channel, country, details) ON audit.intake TO teller_audit_writer;
GRANT teller_audit_writer TO teller_bank, teller_identity, teller_conversation, teller_audit_sealer;

GRANT SELECT, DELETE ON audit.intake TO teller_audit_sealer;
GRANT SELECT, INSERT ON audit.log, audit.alerts TO teller_audit_sealer;
GRANT SELECT ON audit.about TO teller_audit_sealer;
GRANT SELECT, UPDATE ON audit.watch TO teller_audit_sealer;
GRANT EXECUTE ON FUNCTION audit.make_partitions, audit.expired, audit.drop_expired TO teller_audit_sealer;

GRANT SELECT ON audit.about, audit.intake, audit.log, audit.alerts TO teller_audit;
