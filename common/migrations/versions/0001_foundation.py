"""Schemas and the roles that own them."""

from alembic import op

revision = "0001_foundation"
down_revision = None

OWNERS = ("bank", "identity", "conversation", "audit")


def upgrade() -> None:
    op.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    for owner in OWNERS:
        op.execute(
            f"""
            DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'teller_{owner}') THEN
                    CREATE ROLE teller_{owner} NOLOGIN;
                END IF;
            END $$;
            CREATE SCHEMA {owner};
            GRANT USAGE ON SCHEMA {owner} TO teller_{owner};
            ALTER DEFAULT PRIVILEGES IN SCHEMA {owner} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO teller_{owner};
            ALTER DEFAULT PRIVILEGES IN SCHEMA {owner} GRANT USAGE, SELECT ON SEQUENCES TO teller_{owner};
            DO $$ BEGIN
                IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
                    EXECUTE format('GRANT teller_{owner} TO %I', current_user);
                END IF;
            END $$;
            """
        )
