CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- A record leaves the intake in the transaction that has put it into the log, and in no other.
CREATE FUNCTION audit.refuse_loss() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM gone WHERE NOT EXISTS (
            SELECT FROM audit.log WHERE log.id = gone.id AND log.sealed_at >= transaction_timestamp()
        )
    ) THEN
        RAISE EXCEPTION 'a record leaves the intake only when it is sealed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER no_update BEFORE UPDATE ON audit.intake EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit.intake EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER no_loss AFTER DELETE ON audit.intake
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_loss();

-- By row, because a statement on a partition does not fire the statement triggers of the whole.
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON audit.log FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit.log EXECUTE FUNCTION audit.refuse_change();

CREATE TRIGGER no_change BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON audit.about
    EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER no_change BEFORE UPDATE OR TRUNCATE ON audit.alerts EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER no_early_loss BEFORE DELETE ON audit.alerts FOR EACH ROW
    WHEN (OLD.raised_at > now() - interval '7 years') EXECUTE FUNCTION audit.refuse_change();

-- Also where a session calls itself a replica.
ALTER TABLE audit.intake ENABLE ALWAYS TRIGGER no_update;
ALTER TABLE audit.intake ENABLE ALWAYS TRIGGER no_truncate;
ALTER TABLE audit.intake ENABLE ALWAYS TRIGGER no_loss;
ALTER TABLE audit.log ENABLE ALWAYS TRIGGER no_change;
ALTER TABLE audit.log ENABLE ALWAYS TRIGGER no_truncate;
ALTER TABLE audit.about ENABLE ALWAYS TRIGGER no_change;
ALTER TABLE audit.alerts ENABLE ALWAYS TRIGGER no_change;
ALTER TABLE audit.alerts ENABLE ALWAYS TRIGGER no_early_loss;
